import Caching
import Dedup
import DedupTesting
import Testing

@Suite struct AlarmQueueTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func behavesAsASortedArray(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var queue = AlarmQueue<Int>()
        var model: [(deadline: Int64, ticket: UInt64, event: Int)] = []
        for event in 0..<4_000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let deadline = Int64.random(in: 0..<50, using: &random)
                let ticket = queue.insert(event, at: MonotonicInstant(nanoseconds: deadline))
                let index = model.firstIndex { $0.deadline > deadline } ?? model.count
                model.insert((deadline, ticket, event), at: index)
            case 5..<8:
                let ticket = UInt64.random(in: 0...UInt64(event), using: &random)
                queue.remove(ticket)
                model.removeAll { $0.ticket == ticket }
            default:
                let now = Int64.random(in: 0..<50, using: &random)
                let due = queue.popDue(at: MonotonicInstant(nanoseconds: now))
                #expect(due == model.first.flatMap { $0.deadline <= now ? $0.event : nil }, "seed \(seed)")
                if due != nil { model.removeFirst() }
            }
            #expect(queue.count == model.count, "seed \(seed)")
            #expect(queue.nextDeadline?.nanoseconds == model.first?.deadline, "seed \(seed)")
        }
        let rest = model.map(\.event)
        var popped: [Int] = []
        while let event = queue.popDue(at: .distantFuture) { popped.append(event) }
        #expect(popped == rest, "seed \(seed)")
    }

    @Test func anAlarmIsDueFromItsDeadlineOn() {
        var queue = AlarmQueue<String>()
        _ = queue.insert("a", at: MonotonicInstant(nanoseconds: 10))
        let early = queue.popDue(at: MonotonicInstant(nanoseconds: 9))
        let due = queue.popDue(at: MonotonicInstant(nanoseconds: 10))
        #expect(early == nil && due == "a")
    }
}
