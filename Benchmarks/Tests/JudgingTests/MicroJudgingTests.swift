import DedupTesting
import Evidence
import Foundation
import Judging
import Measurement
import Testing

/// What rows of `dedupbench micro` and `dedupbench instructions` come to, by gates and beside earlier runs.
@Suite struct MicroJudgingTests {
    private static let machine: MachineFingerprint = {
        var machine = MachineFingerprint(MachineEnvironment.current())
        machine.isOptimized = true
        return machine
    }()

    private static func row(
        _ name: String, threads: Int = 1, ratio: Double? = nil, allocations: Double? = nil
    ) -> MicroFigure {
        var row = MicroFigure(name: name, threads: threads, unit: "ns_per_op")
        row.ratio = ratio
        (row.ratioLow, row.ratioHigh) = (ratio.map { $0 * 0.9 }, ratio.map { $0 * 1.1 })
        row.allocations = allocations
        return row
    }

    private static func file<Row>(_ rows: [Row], on machine: MachineFingerprint = machine) -> RecordFile<Row> {
        RecordFile(rows, format: "test", startedAt: "2026-01-01T00:00:00Z", commit: "0123abc", machine: machine)
    }

    // MARK: - Gates

    /// Its interval is from 0.9 to 1.1.
    @Test(
        arguments: [
            ("hit: ratio < 1.2", .pass), ("hit: ratio < 1.1", .inconclusive), ("hit: ratio <= 1.1", .pass),
            ("hit: ratio < 1", .inconclusive), ("hit: ratio <= 0.9", .inconclusive), ("hit: ratio < 0.9", .fail),
            ("hit: allocations < 3", .fail), ("hit: allocations <= 3", .pass),
        ] as [(String, RunVerdict)])
    func aRatioPassesOrFailsWithItsWholeInterval(text: String, verdict: RunVerdict) throws {
        #expect(try MicroGate(text).verdict(of: Self.row("hit", ratio: 1, allocations: 3)) == verdict)
    }

    @Test func anEndThatIsNotKnownDecidesNothing() throws {
        var row = Self.row("hit", ratio: 1)
        (row.ratioLow, row.ratioHigh) = (nil, nil)
        for text in ["hit: ratio < 0.1", "hit: ratio < 10"] {
            #expect(try MicroGate(text).verdict(of: row) == .inconclusive)
        }
    }

    /// The name of a row is meant before a part of the names of several.
    @Test(
        arguments: [
            ("hit", ["hit"]), ("HIT, 2 threads", ["hit, 2 threads"]), ("threads", ["hit, 2 threads"]),
            ("i", ["hit", "hit, 2 threads", "missed"]),
        ] as [(String, [String])])
    func aGateIsAboutRows(name: String, titles: [String]) throws {
        let rows = [Self.row("hit", ratio: 1), Self.row("hit", threads: 2, ratio: 1), Self.row("missed", ratio: 2)]
        #expect(try MicroGate("\(name): ratio < 1").concerned(rows).map(\.title) == titles)
    }

    @Test(arguments: ["another: ratio < 1", "hit: bytes < 1"]) func aGateAboutNothingIsAProblem(text: String) throws {
        let gate = try MicroGate(text)
        #expect(throws: MicroGate.Problem.self) { try gate.concerned([Self.row("hit", ratio: 1)]) }
    }

    // MARK: - Baselines

    @Test(
        arguments: [
            (1, 1.0, ComparisonVerdict.inconclusive), (4, 9, .inconclusive), (5, 1, .noRegression),
            (5, 1.5, .regression),
            (5, 0.2, .noRegression), (20, 1.02, .noRegression),
        ] as [(Int, Double, ComparisonVerdict)])
    func aRatioIsHeldAgainstFiveRunsOrMore(runs: Int, now: Double, verdict: ComparisonVerdict) throws {
        let earlier = (0..<runs).map { Self.file([Self.row("hit", ratio: 1 + 0.004 * Double($0 % 3 - 1))]) }
        let rows = MicroBaseline(runs: earlier).rows([Self.row("hit", ratio: now)], on: Self.machine)
        #expect(rows.map(\.verdict) == [verdict], "\(rows)")
        #expect((rows[0].reason == nil) == (runs >= 5))
    }

    @Test func ratiosOfAnotherMachineAreNotComparedAndAllocationsAre() {
        var other = Self.machine
        other.processor = "another one"
        let earlier = (0..<5).map { _ in Self.file([Self.row("hit", ratio: 1, allocations: 2)], on: other) }
        let now = [Self.row("hit", ratio: 9, allocations: 3)]
        let rows = MicroBaseline(runs: earlier).rows(now, on: Self.machine)
        #expect(rows.map(\.verdict) == [.inconclusive, .regression])
        #expect(rows[0].reason?.contains("another one") == true)
        other.swiftVersion = "1.0"
        let built = MicroBaseline(runs: [Self.file(now, on: other)]).rows(now, on: Self.machine)
        #expect(built.map(\.verdict) == [.inconclusive, .inconclusive])
    }

    @Test func whatIsNewAndWhatIsGoneAreSaid() {
        let baseline = MicroBaseline(
            runs: (0..<2).map { _ in Self.file([Self.row("gone", ratio: 1), Self.row("hit", threads: 2, ratio: 1)]) })
        let now = [Self.row("hit", ratio: 1)]
        let rows = baseline.rows(now, on: Self.machine)
        #expect(rows.map(\.verdict) == [.inconclusive] && rows[0].reason == "the baseline does not have it")
        #expect(baseline.missing(in: now) == ["gone", "hit, 2 threads"])
    }

    /// Twenty rows that vary by 3 %, none of which got worse: in one of forty comparisons one may be found worse, at the most. One that
    /// got half as bad again is found nearly always.
    @Test func ofRowsThatAreTheSameHardlyEverOneIsWorse() {
        var random = SplitMix64(seed: 11)
        let names = (0..<20).map { "row \($0)" }
        let measured = { (factor: Double) in
            names.map { name in
                let noise = (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
                return Self.row(name, ratio: exp(0.03 * noise) * (name == "row 7" ? factor : 1))
            }
        }
        var (falsely, found) = (0, 0)
        for _ in 0..<400 {
            let baseline = MicroBaseline(runs: (0..<10).map { _ in Self.file(measured(1)) })
            if baseline.rows(measured(1), on: Self.machine).contains(where: { $0.verdict == .regression }) {
                falsely += 1
            }
            let worse = baseline.rows(measured(1.5), on: Self.machine).filter { $0.verdict == .regression }
            if worse.contains(where: { $0.title == "row 7" }) { found += 1 }
        }
        #expect(falsely <= 10 && found >= 380, "\(falsely) and \(found) of 400")
    }

    // MARK: - Instructions

    @Test(
        arguments: [
            (100, .noRegression, .pass), (101, .noRegression, .pass), (102, .regression, .fail),
            (50, .noRegression, .pass),
        ] as [(Double, ComparisonVerdict, RunVerdict)])
    func instructionsMayBeMoreByTheLimit(now: Double, verdict: ComparisonVerdict, run: RunVerdict) {
        let earlier = Self.file([InstructionCount(name: "hit", perOperation: 100)])
        let counts = [InstructionCount(name: "hit", perOperation: now), InstructionCount(name: "new", perOperation: 1)]
        let judge = InstructionJudge(counts, against: earlier, limit: 0.01, on: Self.machine)
        #expect(judge.rows.map(\.verdict) == [verdict, nil] && judge.verdict == run)
        #expect(judge.missing.isEmpty && judge.elsewhere.isEmpty)
    }

    @Test func countsThatNothingStandsBesideProveNothing() {
        let counts = [InstructionCount(name: "hit", perOperation: 1)]
        #expect(InstructionJudge(counts, against: nil, limit: 0.01, on: Self.machine).verdict == .pass)
        var other = Self.machine
        other.swiftVersion = "1.0"
        let earlier = Self.file([InstructionCount(name: "gone", perOperation: 1)], on: other)
        let judge = InstructionJudge(counts, against: earlier, limit: 0.01, on: Self.machine)
        #expect(judge.verdict == .inconclusive && judge.missing == ["gone"] && judge.elsewhere.count == 1)
    }
}
