package import Evidence
internal import Foundation
package import Measurement
internal import Statistics

/// Holds what `dedupbench micro` has measured against earlier runs.
///
/// Nanoseconds are not compared: the same program shows twice as many on another day. Ratios to the control of the same rounds
/// are, by what they differed by in the earlier runs: a ratio regresses if chance hardly explains that it is worse by more
/// than 5 % than the next one was to be expected, at 2.5 % for all rows together. Allocations are counted, so one more is a
/// regression.
package struct MicroBaseline: Sendable {
    /// The fewest earlier runs that ratios are judged by.
    package static let fewestRuns = 5
    private static let effect = 0.05
    /// A ratio is known to this at best, however equal those of a few runs happen to be.
    private static let resolution = 0.01

    /// A figure beside those of the earlier runs.
    package struct Row: Hashable, Sendable {
        /// What it is a figure of.
        package let title: String
        /// `ratio` or `allocations`.
        package let figure: String
        /// The figures of the earlier runs.
        package let before: [Double]
        /// That of this one.
        package let now: Double
        /// What they come to.
        package var verdict = ComparisonVerdict.inconclusive
        /// Why they come to nothing; nil where they were judged.
        package var reason: String?
    }

    /// The earlier runs.
    package let runs: [RecordFile<MicroFigure>]

    /// Earlier runs, in any order.
    package init(runs: [RecordFile<MicroFigure>]) { self.runs = runs }

    /// What each figure came to, in the order of the rows.
    ///
    /// - Parameter machine: Where they were measured.
    package func rows(_ figures: [MicroFigure], on machine: MachineFingerprint) -> [Row] {
        let elsewhere = runs.flatMap { machine.differences(from: $0.machine) }.first
        // How a program allocates depends on its compiler, and on no machine.
        let otherBuild = runs.map(\.machine).first {
            ($0.swiftVersion, $0.isOptimized) != (machine.swiftVersion, machine.isOptimized)
        }.map { "Swift \($0.swiftVersion), \($0.build)" }
        let ratios = figures.compactMap { ratio($0, elsewhere) }
        let judged = Self.judged(ratios)
        return figures.flatMap { figure in
            judged.filter { $0.title == figure.title } + [allocations(figure, otherBuild)].compactMap(\.self)
        }
    }

    private func earlier(_ figure: MicroFigure, _ value: (MicroFigure) -> Double?) -> [Double] {
        runs.compactMap { run in run.rows.first { $0.isSameRow(as: figure) }.flatMap(value) }
    }

    private func allocations(_ figure: MicroFigure, _ otherBuild: String?) -> Row? {
        guard let now = figure.allocations else { return nil }
        let before = earlier(figure, \.allocations)
        var row = Row(title: figure.title, figure: "allocations", before: before, now: now)
        if before.isEmpty {
            row.reason = Self.isNew
        } else if let otherBuild {
            row.reason = "built otherwise than the baseline: \(otherBuild)"
        } else if let most = before.max() {
            // Tables that grow now and then make a fraction of an allocation.
            row.verdict = now > most + 0.01 ? .regression : .noRegression
        }
        return row
    }

    private static let isNew = "the baseline does not have it"

    private func ratio(_ figure: MicroFigure, _ elsewhere: String?) -> Row? {
        guard let now = figure.ratio else { return nil }
        var row = Row(title: figure.title, figure: "ratio", before: earlier(figure, \.ratio), now: now)
        if row.before.isEmpty {
            row.reason = Self.isNew
        } else if let elsewhere {
            row.reason = "measured elsewhere than the baseline: \(elsewhere)"
        } else if row.before.count < Self.fewestRuns {
            row.reason = "\(row.before.count) earlier runs: what varies is judged by \(Self.fewestRuns) or more"
        }
        return row
    }

    private static func judged(_ rows: [Row]) -> [Row] {
        let tests = rows.map { row -> (ifNotWorse: Double, ifWorse: Double)? in
            guard row.reason == nil, row.now > 0,
                let expected = Prediction(after: row.before.map { log($0) }, resolution: resolution)
            else { return nil }
            let excess = log(row.now) - log(1 + effect)
            return (expected.chanceOfMore(than: excess), expected.chanceOfLess(than: excess))
        }
        return zip(rows, ComparisonVerdict.judged(tests)).map { row, verdict in
            var judged = row
            judged.verdict = verdict ?? row.verdict
            return judged
        }
    }

    /// What the earlier runs have and was not measured now, each once.
    package func missing(in figures: [MicroFigure]) -> [String] {
        runs.flatMap(\.rows).reduce(into: []) { missing, row in
            if !missing.contains(row.title), !figures.contains(where: row.isSameRow) { missing.append(row.title) }
        }
    }
}
