import Foundation
import Testing

@Suite(.serialized) final class MicroTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    @Test func everyRowStandsBesideItsControl() async throws {
        let path = bench.folder + "/micro.csv"
        let result = await bench.run(["micro", "--filter", "fingerprint, JSON", "--rounds", "6", "--csv", path])
        #expect(result.code == 0, "\(result.error)")
        #expect(result.out.contains("SHA-256"))
        let header = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")[0]
        let columns = ["name", "threads", "value", "unit", "allocations_per_op", "control", "ratio", "target", "met"]
        for column in columns { #expect(header.split(separator: ",").contains(Substring(column)), "\(column)") }
    }

    // MARK: - Gates and baselines

    private let measured = ["micro", "--filter", "fingerprint, JSON", "--rounds", "6"]

    @Test(
        arguments: [
            (["allocations <= 1000"], 0), (["allocations < 0", "allocations <= 1000"], 2), (["ratio < 1000000"], 0),
            (["ratio < 0.000001"], 2), (["bytes <= 100000"], 0),
        ] as [([String], Int32)])
    func aGateAsksForWhatDoesNotDependOnTheMachine(gates: [String], code: Int32) async throws {
        let result = await bench.run(measured + gates.flatMap { ["--gate", "fingerprint, 200: " + $0] })
        #expect(result.code == code, "\(result.out)\(result.error)")
        #expect(result.out.contains("FAIL") == (code == 2))
    }

    @Test(arguments: ["fingerprint", "fingerprint: ratio > 1", "fingerprint: speed < 1", "another row: ratio < 1"])
    func aGateThatCannotBeAskedIsSixtyFour(gate: String) async throws {
        let result = await bench.run(measured + ["--gate", gate])
        #expect(result.code == 64 && result.error.contains("\(gate.prefix { $0 != ":" })"), "\(result.error)")
    }

    /// The measurement was made, so what it refuted is not hidden by a gate that is about nothing.
    @Test func aGateThatFailsStaysOneBesideAnotherThatCannotBeAsked() async throws {
        let result = await bench.run(
            measured + ["--gate", "another row: ratio < 1", "--gate", "fingerprint, 200: allocations < 0"])
        #expect(result.code == 2 && result.out.contains("FAIL"), "\(result.out)\(result.error)")
        #expect(result.error.contains("another row"))
    }

    /// The figures of a run, changed as the test needs them.
    private func baseline(_ name: String, _ change: (inout [String: Any]) -> Void) async throws -> String {
        let path = "\(bench.folder)/\(name).json"
        let result = await bench.run(measured + ["--json", path])
        #expect(result.code == 0, "\(result.error)")
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
        var contents = try #require(object as? [String: Any])
        var rows = try #require(contents["rows"] as? [[String: Any]])
        for index in rows.indices { change(&rows[index]) }
        contents["rows"] = rows
        try JSONSerialization.data(withJSONObject: contents).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func oneMoreAllocationThanInTheBaselineIsARegression() async throws {
        let same = try await baseline("same") { _ in }
        let equal = await bench.run(measured + ["--baseline", same, "--fail-on-regression"])
        #expect(equal.code == 0 && equal.out.contains("NO REGRESSION"), "\(equal.out)")
        #expect(equal.out.contains("1 earlier runs: what varies is judged by 5 or more"))
        let fewer = try await baseline("fewer") { row in
            row["allocations_per_op"] = (row["allocations_per_op"] as? Double ?? 0) - 1
        }
        let worse = await bench.run(measured + ["--baseline", fewer, "--fail-on-regression"])
        #expect(worse.code == 2 && worse.out.contains(" REGRESSION"), "\(worse.out)")
        #expect(await bench.run(measured + ["--baseline", fewer]).code == 0, "It was only to be shown.")
    }

    @Test(arguments: [(0.001, 2), (1_000, 0)] as [(Double, Int32)])
    func aRatioIsHeldAgainstFiveRuns(earlier: Double, code: Int32) async throws {
        var options: [String] = []
        for number in 0..<5 {
            let run = try await baseline("\(number)") { $0["ratio"] = earlier * (1 + Double(number) / 100) }
            options += ["--baseline", run]
        }
        let result = await bench.run(measured + options + ["--fail-on-regression"])
        #expect(result.code == code, "\(result.out)")
        #expect(!result.out.contains("INCONCLUSIVE"))
    }

    @Test func aFileThatIsNoBaselineIsNamed() async throws {
        let path = bench.folder + "/other.json"
        try "{}".write(toFile: path, atomically: true, encoding: .utf8)
        for file in [path, bench.folder + "/none.json"] {
            let result = await bench.run(measured + ["--baseline", file])
            #expect(result.code == 65 && result.error.contains(file), "\(result.error)")
        }
        #expect(await bench.run(measured + ["--fail-on-regression"]).code == 64)
    }

    @Test func measurementsAreListed() async throws {
        let result = await bench.run(["micro", "--list"])
        #expect(result.code == 0)
        for name in ["cache hit, 10000 entries", "cache entry", "execute, hit", "waiters", "harness"] {
            #expect(result.out.contains(name), "\(name)")
        }
    }

    @Test(arguments: [["--filter", "nothing like it"], ["--rounds", "5"], ["--rounds", "many"]])
    func anUnknownMeasurementIsSixtyFour(_ options: [String]) async throws {
        #expect(await bench.run(["micro"] + options).code == 64)
    }

    @Test func aFileThatCannotBeWrittenHidesNothing() async throws {
        let options = ["--filter", "fingerprint, JSON", "--rounds", "6", "--csv", "/dev/full"]
        let result = await bench.run(["micro"] + options)
        #expect(result.code == 6)
        #expect(result.error.contains("/dev/full") && result.out.contains("fingerprint"))
    }
}
