import DedupVerification
import Foundation
import Synchronization
import Testing

@Suite struct HistoryRecorderTests {
    @Test func givesBackTheRecordsOfSeveralThreads() {
        let threads = 4
        let perThread = 2_000
        let recorder = HistoryRecorder(
            lanes: Array(repeating: perThread, count: threads), executions: threads * perThread,
            excuses: threads * perThread)
        DispatchQueue.concurrentPerform(iterations: threads) { worker in
            let lane = recorder.lane(worker)
            for number in 0..<perThread {
                let time = UInt64(number) * 10 + 1
                let slot = lane.begin(
                    request: UInt32(number), key: UInt32(worker), intended: time, start: time, phase: 3)
                let id = recorder.beginExecution(of: UInt32(worker), at: time + 1)
                recorder.endExecution(id, at: time + 2, succeeded: true)
                recorder.recordExcuse(.evicted, key: UInt32(worker), at: time + 4, execution: id)
                lane.complete(slot, end: time + 3, outcome: .executed, execution: id, value: id)
            }
        }
        let history = recorder.finish()
        #expect(history.isComplete)
        #expect(history.calls.count == threads * perThread)
        #expect(Set(history.executions.map(\.id)).count == threads * perThread)
        #expect(history.calls.allSatisfy { $0.hasReturned && $0.phase == 3 && $0.value == $0.execution })
        let checker = HistoryChecker(freshness: .init(.unbounded), capacityBounded: true, duplicateMode: .join)
        #expect(checker.check(history).violationCount == 0)
    }

    @Test func countsRecordsThatFindNoRoom() {
        let recorder = HistoryRecorder(lanes: [2], executions: 1, excuses: 1)
        let lane = recorder.lane(0)
        for number in UInt64(1)...5 {
            lane.record(Call(request: 0, key: 0, start: number, end: number + 1, outcome: .hit, execution: 1))
            let id = recorder.beginExecution(of: 0, at: number)
            #expect(id == number)
            recorder.endExecution(id, at: number, succeeded: true)
            recorder.recordExcuse(.evicted, key: 0, at: number)
        }
        #expect(lane.begin(request: 9, key: 9, intended: 9, start: 9, phase: 0) < 0)
        let history = recorder.finish()
        #expect(history.droppedCalls == 4)
        #expect(history.droppedExecutions == 4)
        #expect(history.droppedExcuses == 4)
        #expect(!history.isComplete)
        #expect(history.calls.count == 2)
        #expect(recorder.executionCount == 5)
    }

    @Test func aCallThatIsNeverCompletedIsLost() {
        let recorder = HistoryRecorder(lanes: [4], executions: 1, excuses: 1)
        _ = recorder.lane(0).begin(request: 7, key: 1, intended: 5, start: 6, phase: 0)
        let checker = HistoryChecker(freshness: .init(.none), capacityBounded: false, duplicateMode: .join)
        let result = checker.check(recorder.finish())
        #expect(result.violationsByKind == [.lostCall: 1])
        #expect(result.total.lost == 1)
    }

    @Test func aCallTakesFiftySixBytes() {
        #expect(MemoryLayout<Call>.stride == 56)
        #expect(MemoryLayout<Execution>.stride == 40)
        #expect(MemoryLayout<Excuse>.stride == 32)
    }

    /// A call that comes back when the run has been given up: its end may be there before its answer is.
    @Test func whatEndsAfterAHistoryWasClosedIsOpen() {
        let history = History(
            calls: [
                Call(request: 0, key: 1, start: 10, end: 50, outcome: .executed, execution: 1),
                Call(request: 1, key: 1, start: 20, end: 101, outcome: .failed, execution: 0),
            ],
            executions: [
                Execution(id: 1, key: 1, begin: 12, end: 100), Execution(id: 2, key: 2, begin: 30, end: 101),
            ])
        let closed = history.closed(at: 100)
        #expect(closed.calls.map(\.hasReturned) == [true, false])
        #expect(closed.executions.map(\.ended) == [true, false])
        let checker = HistoryChecker(freshness: .init(.unbounded), capacityBounded: false, duplicateMode: .join)
        #expect(checker.check(closed).violationsByKind[.unexplainedFailure] == nil)
    }

    @Test func whatIsDrainedMakesRoomAndExecutionsAreNumberedOn() {
        let recorder = HistoryRecorder(lanes: [2], executions: 2, excuses: 2)
        var drained: [History] = []
        for round in 0..<3 as Range<UInt32> {
            for number in 0..<2 as Range<UInt32> {
                let id = recorder.beginExecution(of: number, at: 10)
                #expect(id == UInt64(round * 2 + number + 1))
                recorder.endExecution(id, at: 20, succeeded: true)
                recorder.recordExcuse(.evicted, key: number, at: 30, execution: id)
                let slot = recorder.lane(0).begin(request: round, key: number, intended: 5, start: 6, phase: 0)
                recorder.lane(0).complete(slot, end: 7, outcome: .executed, execution: id)
            }
            drained.append(round < 2 ? recorder.drain() : recorder.finish())
        }
        #expect(drained.map { $0.executions.map(\.id) } == [[1, 2], [3, 4], [5, 6]])
        #expect(drained.allSatisfy { $0.isComplete && $0.calls.count == 2 && $0.excuses.count == 2 })
        #expect(drained.allSatisfy { $0.executions.allSatisfy(\.ended) })
        #expect(recorder.executionCount == 6 && recorder.drainedExecutions == 4)
        // What found no room is missing from the stretch in which it happened, and from no other.
        for time in 40...42 as ClosedRange<UInt64> {
            recorder.endExecution(recorder.beginExecution(of: 9, at: time), at: time, succeeded: true)
        }
        let full = recorder.drain()
        #expect(
            full.executions.map(\.id) == [5, 6] && full.droppedExecutions == 3, "those of the last round were left")
        #expect(recorder.drain().isComplete)
        #expect(recorder.beginExecution(of: 9, at: 50) == 10)
    }

    @Test func anExecutionThatRunsIsLeftForTheNextTime() {
        let recorder = HistoryRecorder(lanes: [1], executions: 3, excuses: 1)
        let ids = (0..<3 as Range<UInt64>).map { recorder.beginExecution(of: 1, at: $0) }
        recorder.endExecution(ids[0], at: 5, succeeded: true)
        recorder.endExecution(ids[2], at: 6, succeeded: true)
        #expect(recorder.drain().executions.map(\.id) == [1])
        let next = recorder.beginExecution(of: 1, at: 7)
        recorder.endExecution(ids[1], at: 8, succeeded: false)
        recorder.endExecution(next, at: 9, succeeded: true)
        let rest = recorder.drain()
        #expect(rest.executions.map(\.id) == [2, 3, 4] && rest.executions.map(\.end) == [8, 6, 9] && rest.isComplete)
        // It is over: an end that comes now is that of an execution which is in no record any more.
        recorder.endExecution(next, at: 99, succeeded: true)
        #expect(recorder.finish().executions.isEmpty)
    }

    /// Excuses come from threads of their own, as those of a sweep: none is lost between two records, and none is in
    /// both.
    @Test func whatIsRecordedWhileARecordIsDrainedIsInOneOfThem() async {
        let recorder = HistoryRecorder(lanes: [], executions: 1, excuses: 1_000)
        let (writers, each) = (4, 20_000)
        let seen = await withTaskGroup(of: [UInt64].self) { group in
            let isDone = Finish()
            for writer in 0..<writers {
                group.addTask {
                    for number in 0..<each {
                        recorder.recordExcuse(.expired, key: UInt32(writer), at: UInt64(number) + 1)
                        if number % 100 == 0 { await Task.yield() }
                    }
                    isDone.add()
                    return []
                }
            }
            group.addTask {
                var seen: [UInt64] = []
                while true {
                    let isLast = isDone.count == writers
                    let stretch = recorder.drain()
                    seen += stretch.excuses.map { UInt64($0.key) << 32 | $0.at }
                    // What finds no room is counted, and not taken for something else.
                    seen += Array(repeating: .max, count: stretch.droppedExcuses)
                    if isLast { return seen }
                    await Task.yield()
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        let held = seen.filter { $0 != .max }
        #expect(seen.count == writers * each && Set(held).count == held.count && !held.isEmpty)
    }
}

/// How many writers have come to their end.
private final class Finish: Sendable {
    private let finished = Atomic<Int>(0)
    var count: Int { finished.load(ordering: .acquiring) }
    func add() { finished.add(1, ordering: .releasing) }
}
