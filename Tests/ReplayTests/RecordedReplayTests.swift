import Caching
import Foundation
import Testing

/// The policies on the trace that comes with the package: exactly the hits that a second implementation of them counted,
/// `Fixtures/golden/make_replay.py`.
@Suite struct RecordedReplayTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures")

    private static let trace = Result {
        try TraceFile(contentsOf: fixtures.appending(path: "traces/swift-build.csv.zst").path, as: TraceFile.own)
    }

    /// A line of `replay.csv`.
    struct Row: Sendable, CustomTestStringConvertible {
        let policy: EvictionPolicyKind
        let isWeighted: Bool
        let capacity: Int
        let requests: Int
        let hits: Int

        var testDescription: String { "\(policy.rawValue), \(capacity) \(isWeighted ? "bytes" : "keys")" }

        init?(_ line: Substring) {
            let fields = line.split(separator: ",")
            guard fields.count == 5, let policy = EvictionPolicyKind(rawValue: String(fields[0])),
                let capacity = Int(fields[2]), let requests = Int(fields[3]), let hits = Int(fields[4])
            else { return nil }
            (self.policy, isWeighted) = (policy, fields[1] == "size")
            (self.capacity, self.requests, self.hits) = (capacity, requests, hits)
        }
    }

    static var rows: [Row] {
        get throws {
            let file = fixtures.appending(path: "golden/replay.csv")
            return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst().compactMap(Row.init)
        }
    }

    @Test func everyPolicyHasItsRows() throws {
        let rows = try Self.rows
        for policy in EvictionPolicyKind.allCases {
            #expect(rows.count { $0.policy == policy && !$0.isWeighted } == 2, "\(policy.rawValue)")
        }
        #expect(rows.count { $0.isWeighted } == 6)
    }

    @Test(arguments: try rows)
    func hitsAreExactlyThoseOfTheSecondImplementation(row: Row) throws {
        let trace = try Self.trace.get()
        let weights = row.isWeighted ? trace.sizes.map { UInt32($0) } : []
        let simulation = CacheSimulation(keys: trace.requests, weights: weights, keyCount: trace.keyCount)
        #expect(trace.requests.count == row.requests)
        #expect(simulation.counts(of: row.policy, capacity: row.capacity).hits == row.hits)
    }
}
