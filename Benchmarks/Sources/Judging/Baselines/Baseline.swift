package import Evidence

/// Runs of one scenario, kept under a name, which later runs are held against: from the oldest on.
package struct Baseline: Sendable {
    /// How many runs are kept: the newest ones.
    package static let capacity = 20

    /// The name.
    package let name: String
    /// What its runs measured.
    package private(set) var runs: [RunEvidence] = []
    /// The figures of its runs.
    package private(set) var records: [RunRecord] = []

    /// A baseline without runs.
    package init(name: String) { self.name = name }

    /// Why a name cannot be that of a baseline; nil when it can. It becomes the name of a file.
    package static func problem(ofName name: String) -> String? {
        let marks = "._-".unicodeScalars
        let isPlain = name.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || marks.contains(scalar))
        }
        if name.isEmpty { return "a baseline needs a name" }
        if !isPlain { return "`\(name)` is no name of a baseline: use letters, digits, `.`, `_` and `-`" }
        if name.hasPrefix(".") || name.hasPrefix("-") {
            return "`\(name)` is no name of a baseline: begin with a letter or a digit"
        }
        return name.utf8.count > 100 ? "the name of a baseline has at most 100 characters" : nil
    }

    /// Why a run of this scenario cannot be held against the baseline, or be part of it; nil when it can.
    package func mismatch(with resolvedScenario: String) -> String? {
        guard let first = runs.first else { return nil }
        let (ours, theirs) = (ScenarioLines.load(of: first.resolvedScenario), ScenarioLines.load(of: resolvedScenario))
        return theirs.difference(from: ours)
    }

    /// Adds a run; the oldest one goes where there are too many. What it was itself held against is not kept.
    ///
    /// - Throws: ``BaselineRefusal`` for a run that says too little, or that is of another scenario, and for one that is there already.
    package mutating func add(_ run: RunEvidence) throws(BaselineRefusal) {
        let id = run.identity.id
        if !run.parts.isEmpty {
            throw BaselineRefusal("\(id) is merged from several runs, and would count as one: save them one by one")
        }
        let report = Self.report(of: run)
        if report.isPartial || !run.skipped.isEmpty || run.subjects.contains(where: { $0.ending != .finished }) {
            throw BaselineRefusal("\(id) did not come to its end, so nothing can be held against it")
        }
        if let reason = report.subjects.flatMap(\.invalidity).first {
            throw BaselineRefusal("the measurement of \(id) is invalid, so nothing can be held against it: \(reason)")
        }
        if let reason = report.subjects.flatMap(\.shortfalls).first {
            throw BaselineRefusal("\(id) is shorter than it was to be, so nothing can be held against it: \(reason)")
        }
        if let difference = mismatch(with: run.resolvedScenario) {
            throw BaselineRefusal("\(id) is of another scenario than the baseline \(name): \(difference)")
        }
        if runs.contains(where: { $0.identity == run.identity }) {
            throw BaselineRefusal("\(id) is in the baseline \(name) already, and would count twice")
        }
        var run = run
        run.baseline = nil
        // In the order in which they were made, whatever order they are added in; the times are those of ISO 8601 in UTC.
        let place = runs.firstIndex { $0.identity.startedAt > run.identity.startedAt } ?? runs.endIndex
        runs.insert(run, at: place)
        records.insert(RunRecord(report), at: place)
        (runs, records) = (runs.suffix(Self.capacity), records.suffix(Self.capacity))
    }

    /// What a run is given to be held against.
    package func evidence(isDemanded: Bool) -> BaselineEvidence {
        BaselineEvidence(name: name, runs: records, isDemanded: isDemanded)
    }

    private static func report(of run: RunEvidence) -> RunReport {
        RunReport(run, gates: run.gates.compactMap { try? Gate(parsing: $0) })
    }
}

/// Why a run cannot be part of a baseline.
package struct BaselineRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with it.
    package let description: String

    init(_ description: String) { self.description = description }
}
