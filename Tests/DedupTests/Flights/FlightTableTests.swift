import Caching
import Dedup
import DedupTesting
import Testing

/// What the random runs of ``FlightTableModelTests`` do not reach: a table after a rush.
@Suite struct FlightTableTests {
    private typealias Table = FlightTable<Int, Int, String>

    /// Above this many places a table gives its memory back when the last flight has ended.
    private static let rush = 1_100 as UInt64

    /// Lets as many flights begin as a rush has, each left by its leader, and all but the first `running` end.
    private func tableAfterARush(running: Int) -> Table {
        var table = Table(flightLimit: Int(Self.rush), waiterLimit: 1)
        var keys: [FlightKey] = []
        for number in 1...Self.rush {
            let claim = table.claim(
                .number(number), duplicates: .join, rules: FlightRules(abandonment: .complete), label: "step", at: .zero
            ) { number }
            guard case .lead(let key, let waiter) = claim else { continue }
            keys.append(key)
            _ = table.leave(key, waiter)
        }
        for key in keys.dropFirst(running) { _ = table.finish(key, 1) }
        return table
    }

    @Test(arguments: [0, 1, 2, 1_100])
    func allThatIsLeftOfARushCanBeGivenUp(running: Int) {
        var table = tableAfterARush(running: running)
        #expect(table.count == running)
        #expect(table.giveUpAll().claimAgain.isEmpty)
        #expect(table.count == 0)
    }

    @Test func aTableThatHasGivenItsMemoryBackBeginsAnew() {
        var table = tableAfterARush(running: 0)
        let claim = table.claim(.number(1), duplicates: .join, rules: FlightRules(), label: "step", at: .zero) {
            Self.rush + 1
        }
        guard case .lead(let key, let waiter) = claim else {
            Issue.record("led nothing: \(claim)")
            return
        }
        #expect(table.finish(key, 7).isCurrent)
        #expect(table.release(key).isEmpty)
        #expect(table.started(key, leader: waiter, Task {}).result == 7)
        #expect(table.count == 0)
    }

    /// Record, count and event of an execution come before its result, however early a waiter asks for it.
    @Test func aResultIsGivenToNoWaiterBeforeItIsReleased() {
        var table = Table(flightLimit: 1, waiterLimit: 2)
        func claim() -> Table.Claim {
            table.claim(.number(1), duplicates: .join, rules: FlightRules(), label: "step", at: .zero) { 1 }
        }
        guard case .lead(let key, let leader) = claim(), case .join(_, let waiter) = claim() else {
            Issue.record("no flight with two waiters")
            return
        }
        #expect(table.finish(key, 7).awaitsRelease)
        #expect(table.started(key, leader: leader, Task {}).result == nil)
        guard case .suspended = table.suspend(key, leader, 70) else {
            Issue.record("the leader did not suspend")
            return
        }
        #expect(table.release(key) == [70])
        guard case .finished(7) = table.suspend(key, waiter, 71) else {
            Issue.record("the waiter did not get the result")
            return
        }
        #expect(table.count == 0)
        #expect(table.release(key).isEmpty)
    }
}
