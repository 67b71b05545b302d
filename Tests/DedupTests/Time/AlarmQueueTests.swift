import Caching
import Dedup
import DedupTesting
import Testing

@Suite struct AlarmQueueTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func behavesAsASortedArray(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var queue = AlarmQueue<Int>()
        var model = NaiveAlarms()
        for event in 0..<2_500 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let deadline = Int64.random(in: 0..<50, using: &random)
                model.insert(event, queue.insert(event, at: MonotonicInstant(nanoseconds: deadline)), at: deadline)
            case 5..<8:
                let ticket = UInt64.random(in: 0...UInt64(event), using: &random)
                queue.remove(ticket)
                model.remove(ticket)
            default:
                let now = Int64.random(in: 0..<50, using: &random)
                let due = queue.popDue(at: MonotonicInstant(nanoseconds: now))
                #expect(due == model.popDue(at: now), "seed \(seed)")
            }
            #expect(queue.count == model.alarms.count, "seed \(seed)")
            #expect(queue.nextDeadline?.nanoseconds == model.alarms.first?.deadline, "seed \(seed)")
        }
        while let event = queue.popDue(at: .distantFuture) {
            #expect(event == model.popDue(at: .max), "seed \(seed)")
        }
        #expect(model.alarms.isEmpty, "seed \(seed)")
    }

    @Test func anAlarmIsDueFromItsDeadlineOn() {
        var queue = AlarmQueue<String>()
        _ = queue.insert("a", at: MonotonicInstant(nanoseconds: 10))
        let early = queue.popDue(at: MonotonicInstant(nanoseconds: 9))
        let due = queue.popDue(at: MonotonicInstant(nanoseconds: 10))
        #expect(early == nil && due == "a")
    }
}

/// A list in the order of deadlines, and of insertion among equal ones.
private struct NaiveAlarms {
    var alarms: [(deadline: Int64, ticket: UInt64, event: Int)] = []

    mutating func insert(_ event: Int, _ ticket: UInt64, at deadline: Int64) {
        alarms.insert((deadline, ticket, event), at: alarms.firstIndex { $0.deadline > deadline } ?? alarms.count)
    }

    mutating func remove(_ ticket: UInt64) { alarms.removeAll { $0.ticket == ticket } }

    mutating func popDue(at now: Int64) -> Int? {
        guard let first = alarms.first, first.deadline <= now else { return nil }
        return alarms.removeFirst().event
    }
}
