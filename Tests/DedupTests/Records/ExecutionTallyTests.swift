import Dedup
import DedupTesting
import Foundation
import Testing

@Suite struct ExecutionTallyTests {
    @Test func oneRunCountsOne() {
        let record = ExecutionRecord.execution(
            step: "a", fingerprint: .number(1), startedAt: WallTime(nanosecondsSinceEpoch: 5), duration: .seconds(2))
        #expect(record.executions == 1)
        #expect(record.failures == 0 && record.hits == 0 && record.joins == 0)
        #expect(record.firstExecution == record.lastExecution)
        #expect(record.averageDuration == .seconds(2))
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func mergingIsAssociativeAndCommutative(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<500 {
            let (a, b, c) = (random.tally(), random.tally(), random.tally())
            #expect(a.merging(b) == b.merging(a), "seed \(seed)")
            #expect(a.merging(b).merging(c) == a.merging(b.merging(c)), "seed \(seed)")
            #expect(a.merging(ExecutionTally()) == a)
        }
    }

    @Test func sumsSaturate() {
        let most = ExecutionTally(executions: .max, totalDuration: .nanoseconds(Int64.max))
        let sum = most.merging(ExecutionTally(executions: 1, hits: 1, totalDuration: .nanoseconds(1)))
        #expect(sum.executions == .max)
        #expect(sum.offered == .max)
        #expect(sum.totalDuration == .nanoseconds(Int64.max))
    }

    @Test func anExecutionThatTookLessThanNothingTookNothing() {
        let record = ExecutionRecord.execution(
            step: "a", fingerprint: .number(1), startedAt: WallTime(nanosecondsSinceEpoch: 5), duration: .seconds(-1),
            failed: true, joins: -3)
        #expect(record.executions == 1 && record.failures == 1 && record.joins == 0 && record.hits == 0)
        #expect(record.totalDuration == .zero && record.minimumDuration == .zero && record.maximumDuration == .zero)
        #expect(record.firstExecution == record.lastExecution)
    }

    @Test func negativeNumbersAreTakenAsZero() {
        let tally = ExecutionTally(executions: -1, hits: .min, totalDuration: .seconds(-1))
        #expect(tally.executions == 0 && tally.hits == 0 && tally.totalDuration == .zero)
    }

    @Test func ratiosOfNothingAreUnknown() {
        #expect(ExecutionTally().hitRate == nil)
        #expect(ExecutionTally().averageDuration == nil)
        #expect(ExecutionTally(executions: 2).averageDuration == nil)
        #expect(ExecutionTally(executions: 1, hits: 2, joins: 1).hitRate == 0.5)
        #expect(ExecutionTally(hits: .max, joins: .max).hitRate == 0.5)
    }

    @Test func averagesOverExecutionsAlone() {
        let tally = ExecutionTally(executions: 3, hits: 100, totalDuration: .nanoseconds(10))
        #expect(tally.averageDuration == .nanoseconds(3))
    }
}

@Suite struct ExecutionRecordTests {
    @Test func survivesCoding() throws {
        var random = SplitMix64(seed: 7)
        for _ in 0..<200 {
            let record = ExecutionRecord(
                step: "step \u{e9}\u{0}", fingerprint: Fingerprint(words: (1 << 63, 2, 3, 4)), tally: random.tally())
            let decoded = try JSONDecoder().decode(ExecutionRecord.self, from: JSONEncoder().encode(record))
            #expect(decoded == record)
        }
    }

    @Test func isWrittenAsOneFlatObject() throws {
        let record = ExecutionRecord.execution(
            step: "a", fingerprint: Fingerprint(words: (0, 0, 0, 255)),
            startedAt: WallTime(nanosecondsSinceEpoch: 5), duration: .nanoseconds(7))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(record), as: UTF8.self)
        let digits = String(repeating: "0", count: 62) + "ff"
        #expect(
            text == """
                {"executions":1,"failures":0,"fingerprint":"\(digits)","firstExecution":5,"hits":0,"joins":0,\
                "lastExecution":5,"maximumNanoseconds":7,"minimumNanoseconds":7,"step":"a","totalNanoseconds":7}
                """)
    }

    @Test func missingCountsAreZero() throws {
        let digits = String(repeating: "0", count: 63) + "1"
        let text = #"{"step":"a","fingerprint":"\#(digits)","hits":3}"#
        let record = try JSONDecoder().decode(ExecutionRecord.self, from: Data(text.utf8))
        #expect(record == ExecutionRecord(step: "a", fingerprint: Fingerprint(words: (0, 0, 0, 1)), hits: 3))
    }

    @Test(arguments: ["executions", "hits", "joins", "failures", "totalNanoseconds", "minimumNanoseconds"])
    func refusesNegativeNumbersByName(field: String) {
        let digits = String(repeating: "0", count: 64)
        let text = #"{"step":"a","fingerprint":"\#(digits)","\#(field)":-3}"#
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(ExecutionRecord.self, from: Data(text.utf8))
        }
        #expect(error.map { String(describing: $0).contains("\(field) is -3") } == true)
    }

    @Test func tellsStepsApartByTheirBytes() {
        let composed = ExecutionRecord.ID(step: "caf\u{e9}", fingerprint: .number(1))
        let decomposed = ExecutionRecord.ID(step: "cafe\u{301}", fingerprint: .number(1))
        #expect(composed.step == decomposed.step)
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(decomposed < composed)
    }

    @Test func refusesToMergeDifferentRecords() async {
        await #expect(processExitsWith: .failure) {
            let a = ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1)
            let b = ExecutionRecord(step: "b", fingerprint: .number(1), hits: 1)
            _ = a.merging(b)
        }
    }
}

extension SplitMix64 {
    /// A tally in which anything may be missing, small or as large as can be.
    fileprivate mutating func tally() -> ExecutionTally {
        ExecutionTally(
            executions: count(), hits: count(), joins: count(), failures: count(),
            firstExecution: maybe { WallTime(nanosecondsSinceEpoch: .random(in: .min ... .max, using: &$0)) },
            lastExecution: maybe { WallTime(nanosecondsSinceEpoch: .random(in: .min ... .max, using: &$0)) },
            totalDuration: maybe { .nanoseconds(Int64($0.count())) },
            minimumDuration: maybe { .nanoseconds(Int64($0.count())) },
            maximumDuration: maybe { .nanoseconds(Int64($0.count())) })
    }

    private mutating func count() -> Int {
        switch Int.random(in: 0..<4, using: &self) {
        case 0: 0
        case 1: .max - Int.random(in: 0..<3, using: &self)
        default: Int.random(in: 0..<1_000, using: &self)
        }
    }

    private mutating func maybe<Value>(_ value: (inout SplitMix64) -> Value) -> Value? {
        Bool.random(using: &self) ? value(&self) : nil
    }
}
