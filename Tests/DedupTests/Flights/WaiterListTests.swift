import Dedup
import DedupTesting
import Testing

@Suite struct WaiterListTests {
    /// A waiter as a naive list would keep it.
    private struct Waiter {
        let id: WaiterID
        var continuation: Int?
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func behavesAsANaiveList(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var waiters = WaiterList<Int>()
        var model: [Waiter] = []
        var gone: [WaiterID] = []
        for event in 0..<3_000 {
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<8: model.append(Waiter(id: waiters.add(), continuation: nil))
            case 8..<13: suspend(event, &waiters, &model, &random)
            case 13..<17: remove(&waiters, &model, &gone, &random)
            case 17..<19:
                if let id = gone.randomElement(using: &random) { expectUnknown(waiters.remove(id)) }
            default:
                let waiting = model.filter { $0.continuation != nil }
                let released = waiters.removeSuspended()
                #expect(released.sorted() == waiting.compactMap(\.continuation), "seed \(seed)")
                gone += waiting.map(\.id)
                model.removeAll { $0.continuation != nil }
            }
            #expect(waiters.count == model.count && waiters.isEmpty == model.isEmpty, "seed \(seed)")
            #expect(model.allSatisfy { waiters.hasNotSuspended($0.id) == ($0.continuation == nil) }, "seed \(seed)")
            #expect(!gone.suffix(50).contains { waiters.hasNotSuspended($0) }, "seed \(seed)")
        }
    }

    private func suspend(
        _ event: Int, _ waiters: inout WaiterList<Int>, _ model: inout [Waiter], _ random: inout SplitMix64
    ) {
        guard let index = model.indices.filter({ model[$0].continuation == nil }).randomElement(using: &random)
        else { return }
        waiters.suspend(model[index].id, event)
        // Kept in the order of continuations, so that a release can be compared with a plain filter.
        var waiter = model.remove(at: index)
        waiter.continuation = event
        model.append(waiter)
    }

    private func remove(
        _ waiters: inout WaiterList<Int>, _ model: inout [Waiter], _ gone: inout [WaiterID], _ random: inout SplitMix64
    ) {
        guard let index = model.indices.randomElement(using: &random) else { return }
        let waiter = model.remove(at: index)
        switch waiters.remove(waiter.id) {
        case .unknown: Issue.record("A waiter was not found.")
        case .joined: #expect(waiter.continuation == nil)
        case .suspended(let continuation): #expect(waiter.continuation == continuation)
        }
        gone.append(waiter.id)
    }

    private func expectUnknown(_ removed: WaiterList<Int>.Removed) {
        if case .unknown = removed { return }
        Issue.record("A waiter was removed twice.")
    }

    @Test func aPlaceThatIsUsedAgainHasAnotherTicket() {
        var waiters = WaiterList<Int>()
        let first = waiters.add()
        _ = waiters.remove(first)
        let second = waiters.add()
        #expect(first.index == second.index)
        expectUnknown(waiters.remove(first))
        #expect(waiters.hasNotSuspended(second))
    }

    @Test func suspendingTwiceIsAProgrammingError() async {
        await #expect(processExitsWith: .failure) {
            var waiters = WaiterList<Int>()
            let id = waiters.add()
            waiters.suspend(id, 1)
            waiters.suspend(id, 2)
        }
    }
}
