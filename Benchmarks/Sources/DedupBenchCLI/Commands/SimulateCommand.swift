internal import ArgumentParser
internal import Caching
internal import Foundation
internal import LoadGeneration
internal import Measurement
internal import Reporting
internal import StrategyLab
internal import Wording
internal import Workloads

/// `dedupbench simulate`
struct SimulateCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Tells which hits the policies of the cache would have had on a recorded trace.",
        discussion: """
            Examples:
              dedupbench simulate --trace Fixtures/traces/swift-build.csv.zst
              dedupbench simulate --trace t.csv --policy lru,arc,belady --capacity 900,1%
              dedupbench simulate --trace t.csv --by-size --capacity 64000000 -o s.csv

            The policies are those of the library itself, and a live cache with one shard has exactly these hits. Every miss inserts. \
            `belady` is the bound that no cache exceeds which inserts every miss; there is none for --by-size. The policy with the most \
            hits is marked for each capacity. `random` is one draw of many.

            A trace is comma-separated text, plain, zstd or gzip, whose first line names the columns: `key`, and for --by-size `size`, of which 0 counts as 1.

            Exit codes: 0; 6 the CSV cannot be written; 64 wrong usage; 65 the trace cannot be read; 130 interrupted (143 by SIGTERM, 129 \
            by SIGHUP): what was simulated by then is printed and written.
            """)

    @Option(help: ArgumentHelp("The trace.", valueName: "path"))
    var trace: String

    @Option(
        help: ArgumentHelp(
            "Policies, separated by commas; `dedupbench list policies`, and belady. Default: all.", valueName: "names"))
    var policy: String?

    @Option(
        help: ArgumentHelp(
            "Capacities, separated by commas: entries (bytes with --by-size), or a part of all keys.",
            valueName: "sizes"))
    var capacity = "0.1%,1%,10%"

    @Flag(help: "Capacities are in bytes, and each entry takes the size that its request has recorded.")
    var bySize = false

    @Option(
        name: [.customShort("o"), .customLong("csv")],
        help: ArgumentHelp("Write the rows to this file as CSV, too.", valueName: "path"))
    var csv: String?

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        let (policies, capacities) = try asked()
        try BundleFile.checkOptions(csv)
        if let csv, Self.isSameFile(csv, trace) {
            throw Failure("--csv: \(csv) is the trace itself, which would be lost; name another file", .usage)
        }
        let run = SimulationRun(try simulation(), policies: policies, capacities: capacities)
        // From here on there is something to report; while the trace is read, a signal ends the program.
        context.interruption.listen()
        let stop = context.interruption.stop
        let rows = run.rows(isStopped: { stop.isSet }, clock: MonotonicClock.now)
        let isWhole = rows.count == run.policies.count * run.capacities.count
        let name = URL(filePath: trace).lastPathComponent
        let table = SimulationTable(trace: name, rows: rows, isWeighed: bySize, isWhole: isWhole)
        let console = context.console
        console.out(
            "\(name): \(HumanNumber.count(run.simulation.keys.count)) requests for "
                + "\(HumanNumber.count(run.simulation.keyCount)) keys\n")
        if !rows.isEmpty { console.out(table.lines(console.terminal).map { $0 + "\n" }.joined()) }
        if !isWhole, let reason = context.interruption.reason { console.error("\(reason): there are no more rows\n") }
        let code = isWhole ? 0 : context.interruption.exitCode
        if rows.isEmpty { return code }
        return BundleFile.write(table.csv.text, toOption: csv, after: code, reportingTo: console)
    }

    private static func isSameFile(_ first: String, _ second: String) -> Bool {
        let numbers = [first, second].map { path -> [Int?]? in
            guard let values = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
            return [values[.systemNumber] as? Int, values[.systemFileNumber] as? Int]
        }
        return numbers[0] != nil && numbers[0] == numbers[1]
    }

    /// The policies and capacities of the options, each once.
    private func asked() throws(Failure) -> ([SimulatedPolicy], [SimulatedCapacity]) {
        do throws(SimulationError) {
            var policies: [SimulatedPolicy] = []
            for name in policy.map(list) ?? [] {
                let known = try SimulatedPolicy(named: name)
                if !policies.contains(known) { policies.append(known) }
            }
            if policy == nil { policies = SimulatedPolicy.all.filter { !bySize || $0 != .belady } }
            var capacities: [SimulatedCapacity] = []
            for text in list(capacity) {
                let known = try SimulatedCapacity(text)
                if !capacities.contains(known) { capacities.append(known) }
            }
            guard !bySize || !policies.contains(.belady) else {
                throw .boundOfSizes
            }
            return (policies, capacities)
        } catch {
            throw Failure("\(error)", .usage)
        }
    }

    private func list(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }

    private func simulation() throws(Failure) -> CacheSimulation {
        let recorded: RequestTrace
        do throws(TraceError) {
            recorded = try RequestTrace(contentsOf: trace)
        } catch {
            throw Failure("\(error)", .badScenario)
        }
        guard !bySize || recorded.hasSizes else {
            throw Failure(
                "\(trace):1:size: no such column in the header, and --by-size asks for it; add the column, or leave the "
                    + "option out", .badScenario)
        }
        return CacheSimulation(
            keys: recorded.keys, weights: bySize ? recorded.sizes : [], keyCount: recorded.keyCount)
    }
}
