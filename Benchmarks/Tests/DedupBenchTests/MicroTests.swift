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

    @Test func aFileThatCannotBeWrittenIsSix() async throws {
        let options = ["--filter", "fingerprint, JSON", "--rounds", "6", "--csv", bench.folder]
        let result = await bench.run(["micro"] + options)
        #expect(result.code == 6)
        #expect(result.error.contains(bench.folder))
    }
}
