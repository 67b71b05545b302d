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
        #expect(table.takeResult(key, waiter) == 7)
        #expect(table.count == 0)
    }
}
