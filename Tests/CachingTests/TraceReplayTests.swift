import Caching
import Foundation
import Testing

/// The pure policies on real request traces: exactly the hits that independent programs counted.
@Suite(.enabled(if: TraceFile.folder != nil, "DEDUP_TRACES names no folder with the traces and their reference.csv."))
struct TraceReplayTests {
    struct Row { let trace: String, variant: String, capacity: Int, requests: Int, hits: Int }

    /// In debug, where a replay takes some twenty times as long, only the shorter traces.
    static var traces: [String] {
        #if DEBUG
            ["lirs-multi1", "lirs-cs", "lirs-cpp", "cache2k-web07", "cp-sample"]
        #else
            TraceFile.known.keys.sorted()
        #endif
    }

    @Test(arguments: traces)
    func hitsAreExactlyThoseOfTheReference(trace name: String) throws {
        let folder = try #require(TraceFile.folder)
        let rows = try Self.rows(of: name, in: folder)
        try #require(!rows.isEmpty, "reference.csv has no row for \(name).")
        let trace = try TraceFile(name, in: folder)
        for row in rows {
            #expect(trace.requests.count == row.requests)
            #expect(Self.hits(row, in: trace) == row.hits, "\(name), \(row.variant), capacity \(row.capacity)")
        }
    }

    /// The rows of the policies that there are; in debug those of one capacity for all but the shortest traces.
    private static func rows(of trace: String, in folder: String) throws -> [Row] {
        let text = try String(contentsOfFile: "\(folder)/reference.csv", encoding: .utf8)
        let rows = text.split(whereSeparator: \.isNewline).dropFirst().compactMap { line -> Row? in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count > 5, fields[0] == trace, variants.contains(String(fields[1])),
                let capacity = Int(fields[2]), let requests = Int(fields[3]), let hits = Int(fields[4])
            else { return nil }
            return Row(trace: trace, variant: String(fields[1]), capacity: capacity, requests: requests, hits: hits)
        }
        #if DEBUG
            return rows.filter { $0.requests < 20_000 || $0.capacity == 1_000 }
        #else
            return rows
        #endif
    }

    static let variants: Set = ["fifo", "lru", "sieve", "s3fifo-t1", "s3fifo-t2"]

    private static func hits(_ row: Row, in trace: TraceFile) -> Int {
        switch row.variant {
        case "fifo": return replay(trace, FIFOPolicy(capacity: row.capacity))
        case "lru": return replay(trace, LRUPolicy(capacity: row.capacity))
        case "sieve": return replay(trace, SIEVEPolicy(capacity: row.capacity))
        default:
            var rules = S3FIFOPolicy.Rules()
            rules.promotion = row.variant == "s3fifo-t1" ? 1 : 2
            return replay(trace, S3FIFOPolicy(capacity: row.capacity, rules: rules))
        }
    }

    /// What a simulator does: a slot is the dense number of a key, and there is no table.
    private static func replay<Policy: EvictionPolicy>(_ trace: TraceFile, _ fresh: Policy) -> Int {
        var policy = fresh
        policy.reserve(slots: trace.keyCount)
        var hits = 0
        for slot in trace.requests {
            if policy.standing(of: slot) == .resident {
                hits += 1
                policy.hit(slot, hash: UInt64(slot))
                continue
            }
            guard policy.admit(slot, weight: 1, hash: UInt64(slot)) else { continue }
            while policy.dropGhost() != nil {}
            while policy.residentCount >= policy.capacity, policy.evict() != nil {
                while policy.dropGhost() != nil {}
            }
            policy.insert(slot, weight: 1, hash: UInt64(slot))
        }
        return hits
    }
}
