import Caching
import DedupVerification
import Foundation
import Testing

/// The pure policies on real request traces: exactly the hits that independent programs counted.
@Suite(.enabled(if: TraceFile.folder != nil, "DEDUP_TRACES names no folder with the traces and their reference.csv."))
struct TraceReplayTests {
    struct Row: Hashable { let trace: String, variant: String, capacity: Int, requests: Int, hits: Int }

    /// In debug, where a replay takes some twenty times as long, only the shorter traces.
    static var traces: [String] {
        #if DEBUG
        ["lirs-multi1", "lirs-cs", "lirs-cpp", "cache2k-web07", "cp-sample"]
        #else
        TraceFile.known.keys.filter { !$0.hasSuffix(", sized") }.sorted()
        #endif
    }

    @Test(arguments: traces)
    func hitsAreExactlyThoseOfTheReference(trace name: String) throws {
        let folder = try #require(TraceFile.folder)
        let rows = try Self.rows(of: name, in: "\(folder)/reference.csv", variant: 1, capacity: 2, requests: 3, hits: 4)
        try #require(!rows.isEmpty, "reference.csv has no row for \(name).")
        let trace = try TraceFile(name, in: folder)
        for row in Self.shortened(rows) {
            #expect(trace.requests.count == row.requests)
            let simulation = CacheSimulation(keys: trace.requests, keyCount: trace.keyCount)
            let hits = Self.hits(simulation, row.variant, row.capacity)
            #expect(hits == row.hits, "\(name), \(row.variant), capacity \(row.capacity)")
        }
    }

    /// Whatever a policy gives up, it has no more hits than this: the ceiling that a run's hit rate is held against. The reference lets
    /// each request in, which takes one place at its own time; what the others may take is one place less.
    @Test(arguments: traces)
    func theCeilingIsExactlyThatOfTheReference(trace name: String) throws {
        let folder = try #require(TraceFile.folder)
        let rows = try Self.rows(
            of: name, in: "\(folder)/reference.csv", variant: 1, capacity: 2, requests: 3, hits: 4, known: ["belady"])
        try #require(!rows.isEmpty, "reference.csv has no row for \(name).")
        let trace = try TraceFile(name, in: folder)
        // Between two requests, so that one that is there at the time of a third is told from one that comes or goes then.
        var (last, starts, ends) = ([Int](repeating: -1, count: trace.keyCount), [UInt64](), [UInt64]())
        for (number, key) in trace.requests.enumerated() {
            let previous = last[Int(key)]
            last[Int(key)] = number
            guard previous >= 0 else { continue }
            starts.append(UInt64(2 * previous + 1))
            ends.append(UInt64(2 * number - 1))
        }
        for row in Self.shortened(rows) {
            #expect(trace.requests.count == row.requests)
            let most = CapacityCeiling.most(starts: starts, ends: ends, capacity: row.capacity - 1)
            #expect(most == row.hits, "\(name), capacity \(row.capacity)")
            // What it is held against where the history was too large to be held.
            let budget = CapacityBudget.most(starts: starts, ends: ends, capacity: row.capacity - 1)
            #expect(budget >= most, "\(name), capacity \(row.capacity)")
        }
    }

    /// In debug the shortest trace only.
    static var sizedTraces: [String] {
        #if DEBUG
        ["adaptsize-req"]
        #else
        ["adaptsize-req", "cp-sample", "twitter52-1m"]
        #endif
    }

    /// Capacities in bytes; a size is that of the request which inserted its key. Not S3-FIFO: its small queue takes slots that still fit, where
    /// the reference's takes any slot until it is full.
    @Test(arguments: sizedTraces)
    func hitsBySizeAreExactlyThoseOfTheReference(trace name: String) throws {
        let folder = try #require(TraceFile.folder)
        let rows = try Self.rows(
            of: name, in: "\(folder)/reference-size.csv", variant: 1, capacity: 3, requests: 4, hits: 5)
        try #require(!rows.isEmpty, "reference-size.csv has no row for \(name).")
        let trace = try TraceFile(name == "cp-sample" ? "cp-sample, sized" : name, in: folder)
        let simulation = CacheSimulation(
            keys: trace.requests, weights: trace.sizes.map { UInt32($0) }, keyCount: trace.keyCount)
        for row in rows {
            #expect(trace.requests.count == row.requests)
            let hits = Self.hits(simulation, row.variant, row.capacity)
            #expect(hits == row.hits, "\(name), \(row.variant), \(row.capacity) bytes")
        }
    }

    /// The rows of the policies that there are, each once: some were confirmed by a second program.
    private static func rows(
        of trace: String, in file: String, variant: Int, capacity: Int, requests: Int, hits: Int,
        known: Set<String> = variants
    ) throws -> Set<Row> {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let rows = text.split(whereSeparator: \.isNewline).dropFirst().compactMap { line -> Row? in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count > hits, fields[0] == trace, known.contains(String(fields[variant])),
                let capacity = Int(fields[capacity]), let requests = Int(fields[requests]), let hits = Int(fields[hits])
            else { return nil }
            return Row(
                trace: trace, variant: String(fields[variant]), capacity: capacity, requests: requests, hits: hits)
        }
        return Set(rows)
    }

    /// In debug the rows of one capacity for all but the shortest traces.
    private static func shortened(_ rows: Set<Row>) -> Set<Row> {
        #if DEBUG
        return rows.filter { $0.requests < 20_000 || $0.capacity == 1_000 }
        #else
        return rows
        #endif
    }

    static let variants: Set = [
        "fifo", "lru", "clock", "lfu", "slru-standard", "2q-paper", "arc", "lirs-authors", "lirs-textbook", "sieve",
        "s3fifo-t1", "s3fifo-t2",
    ]

    private static func hits(_ simulation: CacheSimulation, _ variant: String, _ capacity: Int) -> Int {
        if variant == "s3fifo-t1" {
            var rules = S3FIFOPolicy.Rules()
            rules.promotion = 1
            return simulation.counts(of: S3FIFOPolicy(capacity: capacity, rules: rules)).hits
        }
        if variant.hasPrefix("lirs-") {
            var rules = LIRSPolicy.Rules()
            rules.ghostsPerUnit = 2_500
            if variant == "lirs-textbook" { (rules.leastHigh, rules.ignoresRepeats) = (1, false) }
            return simulation.counts(of: LIRSPolicy(capacity: capacity, rules: rules)).hits
        }
        let names = ["slru-standard": "slru", "2q-paper": "2q", "s3fifo-t2": "s3-fifo"]
        guard let kind = EvictionPolicyKind(rawValue: names[variant] ?? variant) else {
            preconditionFailure("No policy has the name of the variant \(variant).")
        }
        return simulation.counts(of: kind, capacity: capacity).hits
    }
}
