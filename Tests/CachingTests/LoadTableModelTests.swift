import Caching
import DedupTesting
import Testing

/// The table of loads, event by event, beside a model that is a list of loads.
struct LoadTableModelTests {
    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func behavesAsTheModel(seed: UInt64) {
        var run = LoadTableRun(seed: seed)
        for step in 0..<1_000 where !run.act() {
            Issue.record("Table and model differ, seed \(seed), step \(step)")
            return
        }
        let endsAlike = run.finishAll()
        #expect(endsAlike, "Table and model differ at the end, seed \(seed)")
    }

    /// The callers of a load in a task wait for it; a caller that blocks its thread begins its own, which takes over.
    @Test func aBlockedThreadNeverWaitsForATask() {
        var table = LoadTable<String, Int, Int>()
        #expect(table.claim("a", call: 1, runner: .task, waiter: 1) == .begin)
        #expect(table.claim("a", call: 2, runner: .thread, waiter: 2) == .begin)
        #expect(table.claim("a", call: 3, runner: .task, waiter: 3) == .join(2))
        #expect(table.claim("a", call: 4, runner: .thread, waiter: 4) == .join(2))
        #expect(!table.isCurrent(1) && table.isCurrent(2))
        #expect(table.finish(1).waiters == [1])
        #expect(table.finish(2).waiters.sorted() == [3, 4] && table.isEmpty)
    }

    @Test func aLoadInATaskIsCancelledWhenItsLastWaiterLeaves() {
        var table = LoadTable<String, Int, Int>()
        _ = table.claim("a", call: 1, runner: .task, waiter: 10)
        _ = table.claim("a", call: 2, runner: .task, waiter: 20)
        let isAttached = table.attach(7, to: 1)
        #expect(isAttached)
        let (first, kept, _) = table.leave(1) ?? (0, 0, nil)
        #expect(first == 10 && kept == nil)
        let (second, cancelled, _) = table.leave(2) ?? (0, 0, nil)
        #expect(second == 20 && cancelled == 7)
        let isStillWanted = table.attach(8, to: 1)
        #expect(table.finish(1).waiters.isEmpty && !isStillWanted && table.isEmpty)
        #expect(table.claim("a", call: 3, runner: .task, waiter: 30) == .begin)
    }
}

/// A table and its model under the same random events.
private struct LoadTableRun {
    typealias Table = LoadTable<Int, UInt64, UInt64>

    struct Load {
        let number: UInt64, key: Int
        let runner: Table.Runner
        var isCurrent = true
        var handle: UInt64?
        var waiters: Set<UInt64>
    }

    var table = Table()
    var loads: [Load] = []
    var random: SplitMix64
    var calls: UInt64 = 0

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// One random event. False if table and model differ after it.
    mutating func act() -> Bool {
        let key = Int.random(in: 0..<4, using: &random)
        let call = calls == 0 ? 0 : UInt64.random(in: 1...calls, using: &random)
        let isAsExpected =
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<45: claim(key, Bool.random(using: &random) ? .task : .thread)
            case 45..<65: leave(call)
            case 65..<75: attach(call)
            case 75..<92: finish(call)
            case 92..<99:
                supersede {
                    $0.key == key
                } in: {
                    $0.supersede(key)
                }
            default:
                supersede { _ in
                    true
                } in: {
                    $0.supersedeAll()
                }
            }
        let current = loads.filter(\.isCurrent).map(\.number)
        return isAsExpected && table.isEmpty == loads.isEmpty
            && loads.allSatisfy { load in
                table.isCurrent(load.number) == load.isCurrent
            } && current.count == Set(loads.filter(\.isCurrent).map(\.key)).count
    }

    mutating func claim(_ key: Int, _ runner: Table.Runner) -> Bool {
        calls += 1
        // A waiter is the number of its call with a mark, so that the two are not taken for each other.
        let claim = table.claim(key, call: calls, runner: runner, waiter: calls + 1_000_000)
        let index = loads.firstIndex { $0.isCurrent && $0.key == key && (runner == .task || $0.runner == .thread) }
        if let index {
            loads[index].waiters.insert(calls)
            return claim == .join(loads[index].number)
        }
        for index in loads.indices where loads[index].key == key { loads[index].isCurrent = false }
        loads.append(Load(number: calls, key: key, runner: runner, waiters: runner == .task ? [calls] : []))
        return claim == .begin
    }

    mutating func leave(_ call: UInt64) -> Bool {
        let left = table.leave(call)
        guard let index = loads.firstIndex(where: { $0.waiters.contains(call) }) else { return left == nil }
        loads[index].waiters.remove(call)
        let isAbandoned = loads[index].runner == .task && loads[index].waiters.isEmpty
        let cancelled = isAbandoned ? loads.remove(at: index).handle : nil
        return left?.waiter == call + 1_000_000 && left?.cancelled == cancelled
    }

    mutating func attach(_ number: UInt64) -> Bool {
        let isAttached = table.attach(number * 2, to: number)
        guard let index = loads.firstIndex(where: { $0.number == number }) else { return !isAttached }
        loads[index].handle = number * 2
        return isAttached
    }

    mutating func finish(_ number: UInt64) -> Bool {
        let waiters = Set(table.finish(number).waiters)
        guard let index = loads.firstIndex(where: { $0.number == number }) else { return waiters.isEmpty }
        return waiters == Set(loads.remove(at: index).waiters.map { $0 + 1_000_000 })
    }

    mutating func supersede(_ isMeant: (Load) -> Bool, in change: (inout Table) -> Void) -> Bool {
        change(&table)
        for index in loads.indices where isMeant(loads[index]) { loads[index].isCurrent = false }
        return true
    }

    /// Ends every load. False if a waiter is missing.
    mutating func finishAll() -> Bool {
        for number in loads.map(\.number) where !finish(number) { return false }
        return table.isEmpty
    }
}
