internal import DedupBenchKit
internal import DedupVerification
internal import Workloads

/// One virtual client of a phase: a loop that calls the subject again and again.
///
/// It runs on its worker alone, so it shares lane and pulse with the worker's other clients without a lock. Generic over
/// the subject: a call goes through one witness, creates no task, allocates nothing, and returns synchronously when the
/// subject does.
struct Client<Driven: Subject>: Sendable {
    let time: LoadClock
    let machine: any Machine
    let subject: Driven
    let log: ExecutionLog
    /// The work of a request of this phase, but for the request.
    let template: Work
    let lane: HistoryLane
    let pulse: Pulse
    let gate: CycleGate
    let stop: StopSignal
    let phase: UInt16
    let excuses: Excuses

    /// Calls back to back: client `number` of `count` takes the positions `number`, `number + count` and so on.
    func runClosed(number: Int, of count: Int, on worker: isolated Worker) async {
        let turns = worker.turns
        var position = number
        var began: UInt64 = 0
        while let cycle = await gate.next() {
            while position < cycle.limit, !stop.isSet {
                let start = time.now()
                if start >= cycle.deadline { break }
                if turns.isUp(after: start &- began) {
                    await turns.giveWay()
                    began = time.now()
                    continue
                }
                await call(position, of: cycle.requests, intended: start, start: start)
                // After its last call there is nothing to wait for.
                if cycle.requests.hasThinkTimes, position + count < cycle.last {
                    await think(until: time.now() + cycle.requests.thinkTime(after: position), in: cycle)
                    began = time.now()
                }
                position += count
            }
        }
    }

    /// Waits between an answer and the next request, but not past the end of the phase.
    private func think(until end: UInt64, in cycle: Cycle) async {
        let end = min(end, cycle.deadline)
        var now = time.now()
        while now < end, !stop.isSet {
            // A stop is noticed in time, however long the wait.
            try? await machine.sleep(until: min(end, now + StopSignal.longestWait))
            now = time.now()
        }
    }

    /// Calls in step with all other clients: each turn is a herd, released together.
    func runHerds(number: Int, of count: Int, herd: HerdGate, on worker: isolated Worker) async {
        var position = number
        while let cycle = await gate.next() {
            while position < cycle.limit, !stop.isSet {
                await herd.wait()
                let start = time.now()
                if start >= cycle.deadline { break }
                await call(position, of: cycle.requests, intended: start, start: start)
                position += count
            }
            herd.leave()
        }
    }

    /// Calls whenever the pacer has released a request of this client's worker, which has the given number.
    func runOpen(
        _ number: Int, of workers: Int, mailbox: Mailbox, clock: PhaseClock, on worker: isolated Worker
    ) async {
        let turns = worker.turns
        var began: UInt64 = 0
        while let requests = await gate.next()?.requests {
            while let turn = await mailbox.next() {
                let position = number + turn.number * workers
                let intended = clock.start + requests[position].intended
                var start = time.now()
                if let woken = turn.wokenAt { mailbox.lead.learn(start - min(woken, start)) }
                // It was woken some microseconds ahead, which no sleep can wait for.
                while start < intended { start = time.now() }
                if turn.isLast { mailbox.noteBacklogEnd(start) }
                await call(position, of: requests, intended: intended, start: start)
                // Only a backlog keeps a client from suspending; a free client that gave way would look busy.
                guard start &- began > Worker.slice else { continue }
                if turns.isUp(after: 0) { await turns.giveWay() }
                began = time.now()
            }
        }
    }

    /// Inlined by force: as a function of its own it costs an asynchronous frame an operation, about 10 ns of 100.
    @inline(__always)
    func call(_ position: Int, of requests: RequestStream, intended: UInt64, start: UInt64) async {
        let request = requests[position]
        let number = UInt32(truncatingIfNeeded: position)
        var work = template
        (work.request, work.position) = (request, number)
        if request.verb != .call { return await other(work, intended: intended, start: start) }
        let slot = lane.begin(request: number, key: request.key, intended: intended, start: start, phase: phase)
        pulse.start()
        let answer = await subject.call(work)
        complete(slot, work, answer, intended: intended, start: start)
    }

    @inline(__always)
    private func complete(_ slot: Int, _ work: Work, _ answer: Answer, intended: UInt64, start: UInt64) {
        let end = time.now()
        let outcome = answer.outcome ?? log.classify(answer.execution, for: work, start: start)
        lane.complete(slot, end: end, outcome: outcome, execution: answer.execution, value: answer.value)
        pulse.complete(outcome, waited: end - min(intended, end))
    }

    /// A request that is no plain call. Apart from the path of those, which would pay for it.
    private func other(_ work: Work, intended: UInt64, start: UInt64) async {
        let slot = lane.begin(
            request: work.position, key: work.key, intended: intended, start: start, phase: phase,
            verb: work.request.verb)
        pulse.start()
        complete(slot, work, await answer(work, start: start), intended: intended, start: start)
    }

    /// What a caller wants that is no plain call.
    private func answer(_ work: Work, start: UInt64) async -> Answer {
        switch work.request.verb {
        case .call: return await subject.call(work)
        case .get: return await subject.get(work.key) ?? Answer(outcome: .missed, execution: 0)
        case .invalidate:
            await subject.invalidate(work.key)
            // Where no time has passed it has happened by the next nanosecond.
            excuses.record(.invalidated, key: work.key, since: start, at: max(time.now(), start + 1))
            return Answer(outcome: .invalidated, execution: 0)
        case .deadline: return await subject.call(work, within: .nanoseconds(Int64(work.request.patience)))
        case .cancel: return await cancelled(work, at: start + UInt64(work.request.patience))
        }
    }

    /// A call in a task of its own, which is cancelled at the given time. One that fails because of that was given up.
    private func cancelled(_ work: Work, at time: UInt64) async -> Answer {
        let call = machine.start { [subject] in await subject.call(work) }
        let impatience = machine.start { [machine] in
            try? await machine.sleep(until: time)
            if !Task.isCancelled { call.cancel() }
        }
        let answer = await call.value
        impatience.cancel()
        return call.isCancelled && answer.outcome == .failed && answer.execution == 0 ? .abandoned : answer
    }
}
