package import Evidence

/// One figure of a phase of a subject, in every run that has it.
package struct FigureSeries: Sendable {
    /// The subject with its combination.
    package let subject: String
    /// The phase.
    package let phase: String
    /// What was measured.
    package let metric: Metric
    /// The runs that have it, in the order in which they were given, each with its value.
    package let points: [(run: RunRecord, value: Double)]

    /// Its values, in the order of the runs.
    package var values: [Double] { points.map(\.value) }

    /// The fewest calls that its runs made there.
    var calls: Int { points.compactMap { operations(of: $0.run) }.min() ?? 1 }

    /// The same of those runs that compare with the last one: executions do where as many calls were made, and all else does.
    var comparable: FigureSeries {
        guard metric == .proof(.executions), let last = points.last.flatMap({ operations(of: $0.run) }) else {
            return self
        }
        return FigureSeries(
            subject: subject, phase: phase, metric: metric, points: points.filter { operations(of: $0.run) == last })
    }

    private func operations(of run: RunRecord) -> Int? { run.phase(phase, of: subject)?.operations }

    /// The same of the newest runs alone.
    func newest(_ count: Int) -> FigureSeries {
        FigureSeries(subject: subject, phase: phase, metric: metric, points: points.suffix(count))
    }

    /// Every figure that any of some runs has, in the order of subjects, phases and metrics.
    package static func all(of runs: [RunRecord], _ metrics: [Metric] = Metric.recorded) -> [FigureSeries] {
        var places: [(subject: String, phase: String)] = []
        for subject in runs.flatMap(\.subjects) {
            for phase in subject.phases where !places.contains(where: { $0 == (subject.name, phase.name) }) {
                places.append((subject.name, phase.name))
            }
        }
        return places.flatMap { subject, phase in
            metrics.compactMap { metric in
                let points = runs.compactMap { run in
                    run.phase(phase, of: subject)?.figures[metric.name].map { (run: run, value: $0.value) }
                }
                return points.isEmpty
                    ? nil : FigureSeries(subject: subject, phase: phase, metric: metric, points: points)
            }
        }
    }
}
