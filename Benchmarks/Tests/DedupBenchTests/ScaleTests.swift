import CSVReading
import DedupBenchCLI
import Foundation
import Synchronization
import Testing

@Suite(.serialized) final class ScaleTests {
    private let bench: Bench
    private let path: String

    init() throws {
        bench = try Bench()
        path = bench.folder + "/scale.csv"
    }

    deinit { bench.remove() }

    /// Runs the command with few rounds, and writes its rows.
    private func run(
        _ arguments: [String], interruption: Interruption = Interruption(), memory: (@Sendable () -> Int?)? = nil
    ) async -> Bench.Result {
        let printed = Printed()
        var context = printed.context(interruption: interruption)
        if let memory { context.availableMemory = memory }
        let code = await DedupBenchCommand.run(["scale", "--rounds", "6", "--csv", path] + arguments, in: context)
        return Bench.Result(code: code, out: printed.out, error: printed.error)
    }

    private func rows() throws -> [[String: String]] {
        try CSVReader.rows(try String(contentsOfFile: path, encoding: .utf8))
    }

    /// The number in a cell; nil where there is none.
    private func number(_ row: [String: String], _ column: String) throws -> Double? {
        let cell = try #require(row[column], "\(column)")
        if cell.isEmpty { return nil }
        let number = try #require(Double(cell), "\(column): \(cell)")
        return number
    }

    // MARK: - Rows

    @Test(
        arguments: [
            (["entries", "--max-entries", "10000"], ["hit", "hit", "insertion that evicts"], [1_000, 10_000]),
            (["flights", "--max-flights", "99"], ["start a flight", "join a flight", "finish a flight"], [1, 10]),
            (["waiters", "--max-waiters", "100"], ["join", "wake a waiter"], [1, 10, 100]),
            (["threads", "--max-threads", "3"], ["hit", "hit, one hot key", "miss, empty step"], [1, 2]),
        ] as [([String], [String], [Int])])
    func everyStepStandsBesideItsControl(_ options: [String], _ names: [String], _ sizes: [Int]) async throws {
        let result = await run(["--curve"] + options)
        #expect(result.code == 0, "\(result.error)")
        let rows = try rows()
        let expected = names.flatMap { name in sizes.map { "\(name) \($0)" } }
        #expect(rows.map { "\($0["name"] ?? "") \($0["size"] ?? "")" } == expected)
        for row in rows {
            #expect(row["curve"] == options[0])
            let value = try #require(try number(row, "value_ns"))
            #expect(try value > 0 && #require(try number(row, "control_value_ns")) > 0, "\(row)")
            #expect(try #require(try number(row, "value_low_ns")) <= value, "\(row)")
            #expect(try #require(try number(row, "value_high_ns")) >= value, "\(row)")
            #expect(try #require(try number(row, "ratio")) > 0, "\(row)")
            #expect(row["control"]?.isEmpty == false)
        }
        for name in names { #expect(result.out.contains(name)) }
        #expect(result.out.contains("from the first step to the last"))
    }

    @Test func theGrowthOfAStepIsAgainstTheOneBefore() async throws {
        _ = await run(["--curve", "waiters", "--max-waiters", "100"])
        let rows = try rows()
        for (row, before) in zip(rows.dropFirst(), rows) where row["name"] == before["name"] {
            let value = try #require(try number(row, "value_ns"))
            let earlier = try #require(try number(before, "value_ns"))
            #expect(try number(row, "growth") == value / earlier)
        }
        let first = rows.filter { $0["size"] == "1" }
        #expect(first.count == 2 && first.allSatisfy { $0["growth"] == "" && $0["control_growth"] == "" })
    }

    /// An entry has a key of 32 bytes and a value of 8; a flight and a waiter have a task that waits.
    @Test(
        arguments: [
            (["entries", "--max-entries", "10000"], 40.0, 3), (["flights", "--max-flights", "100"], 500, 1),
            (["waiters", "--max-waiters", "100"], 500, 1),
        ] as [([String], Double, Int)])
    func itemsHaveTheirBytes(_ options: [String], _ least: Double, _ count: Int) async throws {
        _ = await run(["--curve"] + options)
        let largest = try rows().last?["size"]
        let rows = try rows().filter { $0["size"] == largest && $0["bytes_per_item"] != "" }
        #expect(rows.count == count)
        // How many is in the tests of footprints: other tests may free memory meanwhile.
        for row in rows { #expect(try number(row, "bytes_per_item") != nil, "\(row)") }
    }

    @Test func moreThreadsThanProcessorsAreSaidInTheRow() async throws {
        let result = await run(["--curve", "threads", "--filter", "hot key"])
        #expect(result.code == 0, "\(result.error)")
        let rows = try rows()
        #expect(rows.map { $0["threads"] } == ["1", "2", "4", "8"])
        let processors = ProcessInfo.processInfo.activeProcessorCount
        for row in rows {
            #expect(row["processors"] == "\(processors)")
            let isMore = try #require(try number(row, "threads")) > Double(processors)
            #expect(row["note"]?.contains("more threads than the \(processors) processors") == isMore, "\(row)")
        }
    }

    @Test func everyLoadOfTheChaseIsOfAnotherLine() {
        for bytes in [0, 64, 640, 6_400] {
            let chase = PointerChase(bytes: bytes, seed: 7)
            #expect(chase.count == max(2, bytes / 64))
            var places: Set<Int> = []
            var place = 0
            for _ in 0..<chase.count {
                place = chase.follow(1, from: place)
                places.insert(place)
            }
            #expect(places.count == chase.count && place == 0, "It is one circle.")
            #expect(chase.follow(chase.count, from: 1) == 1)
        }
    }

    // MARK: - What is not measured

    @Test func aStepThatDoesNotFitIntoMemoryIsARowThatSaysSo() async throws {
        let result = await run(["--curve", "entries", "--max-entries", "10000"]) { 1_000_000 }
        #expect(result.code == 0)
        let (fitting, others) = (try rows().filter { $0["size"] == "1000" }, try rows().filter { $0["size"] != "1000" })
        #expect(fitting.count == 3 && fitting.allSatisfy { $0["value_ns"] != "" && $0["note"] == "" })
        #expect(others.count == 3 && others.allSatisfy { $0["value_ns"] == "" && $0["bytes_per_item"] == "" })
        for row in others {
            let note = try #require(row["note"])
            #expect(note.contains("not measured: takes up to") && note.contains("977 KiB are available"), "\(note)")
            #expect(result.out.contains(note) && result.error.contains(note))
        }
        #expect(result.error.contains("--max-entries ends the curve earlier"))
    }

    @Test func whereTheSystemDoesNotTellMemoryEverythingIsMeasured() async throws {
        _ = await run(["--curve", "waiters", "--max-waiters", "10"]) { nil }
        #expect(try rows().count == 4)
        #expect(try rows().allSatisfy { $0["value_ns"] != "" })
    }

    @Test func moreThanAGigabyteIsSaidBefore() async throws {
        let (asked, interruption) = (Counting(), Interruption())
        // The steps below it are said not to fit, and it ends before it has begun.
        let result = await run(["--curve", "flights", "--max-flights", "100000"], interruption: interruption) {
            guard asked.next() == 6 else { return 0 }
            interruption.interrupt(SIGINT)
            return nil
        }
        #expect(result.code == 130 && result.error.contains("100000, which takes up to"), "\(result.error)")
    }

    @Test func whatWasMeasuredBeforeAnInterruptionIsKept() async throws {
        let (asked, interruption) = (Counting(), Interruption())
        let result = await run(["--curve", "waiters"], interruption: interruption) {
            if asked.next() == 3 { interruption.interrupt(SIGTERM) }
            return nil
        }
        #expect(result.code == 143 && result.error.contains("terminated by SIGTERM"), "\(result.error)")
        #expect(try rows().map { $0["size"] } == ["1", "10", "1", "10"])
        #expect(result.out.contains("wake a waiter"))
    }

    // MARK: - Usage

    @Test(arguments: [
        (["--rounds", "5"], "--rounds must be 6 or more"), (["--max-entries", "999"], "--max-entries must be 1000"),
        (["--max-flights", "0"], "--max-flights must be 1"), (["--max-waiters", "-1"], "--max-waiters"),
        (["--max-threads", "0"], "--max-threads must be 1"), (["--max-threads", "many"], "--max-threads"),
        (["--curve", "lines"], "waiters"), (["--filter", "nothing like it"], "--list prints the names"),
        (["--curve", "threads", "--filter", "evicts"], "--list prints the names"),
    ])
    func aWrongOptionIsSixtyFourAndSaysTheRemedy(_ options: [String], _ remedy: String) async {
        let result = await bench.run(["scale"] + options)
        #expect(result.code == 64 && result.error.contains(remedy), "\(result.error)")
    }

    @Test func whatCanBeMeasuredIsListed() async {
        let all = await bench.run(["scale", "--list"])
        #expect(all.code == 0)
        for name in ["entries: hit, beside pointer chase", "flights: start", "waiters: join", "threads: hit, one hot"] {
            #expect(all.out.contains(name), "\(name)")
        }
        let some = await bench.run(["scale", "--list", "--curve", "entries", "--filter", "POINTER"])
        #expect(some.out == "entries: hit, beside pointer chase in as many bytes\n")
    }

    @Test func aTableThatCannotBeWrittenHidesNothing() async {
        let options = ["--curve", "waiters", "--max-waiters", "1", "--csv", "/dev/full"]
        let result = await bench.run(["scale", "--rounds", "6"] + options)
        #expect(result.code == 6 && result.error.contains("/dev/full"), "\(result.error)")
        #expect(result.out.contains("wake a waiter"))
    }
}

/// How often something was asked for.
private final class Counting: Sendable {
    private let asked = Atomic<Int>(0)

    func next() -> Int { asked.add(1, ordering: .relaxed).newValue }
}
