internal import DedupBenchKit
internal import DedupVerification
internal import Evidence
internal import Measurement
internal import Workloads

/// Runs one phase: sets its clients up, lets them go, waits for them, and samples memory between cycles.
struct PhaseConductor<Driven: Subject> {
    /// How long before an open loop, or what is left of it after a rest, the pacer is started, so that the first requests are not
    /// late: 2 ms, in nanoseconds.
    private static var headStart: UInt64 { 2_000_000 }

    private let subject: Driven
    private let plan: PhasePlan
    private let equipment: RunEquipment
    private var machine: any Machine { equipment.machine }
    private let gate: CycleGate
    private let herd: HerdGate?
    private let edge: EdgeGate?
    private let clock = PhaseClock()
    private let mailboxes: [Mailbox]
    private let pulses: [Pulse]
    private let releases: ReleaseTimes?
    /// The piece of the requests that is asked for now.
    private var requests: RequestStream
    private let sampled = SampledMemory()
    /// Given when the phase is to end early: with the run's signal, or because the subject hangs.
    private let stop: StopSignal

    init(_ subject: Driven, _ plan: PhasePlan, _ equipment: RunEquipment) {
        self.subject = subject
        self.plan = plan
        self.equipment = equipment
        gate = CycleGate(parties: plan.clients)
        herd = plan.hasHerds ? HerdGate(parties: plan.clients) : nil
        edge = plan.edge.map { EdgeGate($0) }
        pulses = (0..<plan.workers).map { _ in Pulse() }
        let clientsPerWorker = (plan.clients + plan.workers - 1) / plan.workers
        mailboxes = plan.stream.isOpen ? pulses.map { _ in Mailbox(clients: clientsPerWorker) } : []
        releases = plan.stream.isOpen ? Self.releaseTimes(of: plan, equipment) : nil
        stop = StopSignal(within: equipment.stop)
        // The first piece stays with the runner. Where memory is looked at, as much is to be held by the first one as by others.
        requests = plan.hasOwnRequests(after: 0) ? plan.stream.copy : plan.stream
    }

    /// Of a phase that is longer than its stretches, the times of one stretch are in memory.
    private static func releaseTimes(of plan: PhasePlan, _ equipment: RunEquipment) -> ReleaseTimes {
        let count = min(plan.limit, plan.stretch ?? .max)
        return ReleaseTimes(count: count, othersIn: count < plan.limit ? equipment.configuration.historyFolder : nil)
    }

    /// How many calls of the phase have returned.
    private var completed: Int { pulses.reduce(0) { $0 + $1.completed } }

    /// Runs the phase to its end, or until it is stopped or given up.
    mutating func run() async -> PhaseTrace {
        var trace = PhaseTrace(plan: plan, releases: releases)
        let clients = startClients()
        equipment.watchdog.watch(makeMonitor())
        defer { equipment.watchdog.watch(nil) }
        var isHung = await gate.assembled() == .abandoned
        // What an earlier phase could not move lies where this one records.
        if !isHung { isHung = await !moveHistory(&trace) }
        _ = equipment.hiccups.take()
        let processors = machine.processorTime()
        trace.start = machine.now() + (plan.stream.isOpen ? Self.headStart : 0)
        clock.start(at: trace.start)
        if !isHung, !trace.isDiskFull { isHung = await runCycles(&trace) }
        trace.end = machine.now()
        trace.stalls = equipment.hiccups.take()
        trace.foreignProcessors = processors.flatMap { machine.processorTime()?.foreignProcessors(since: $0) }
        trace.allocatedEnd = equipment.allocatedBySubject.map { $0 - plan.ownBytes(after: completed) }
        // What the next phase records may not fit beside what this one has.
        if !isHung { isHung = await !makeRoom(for: .max, &trace) }
        if isHung { stop.stop() }
        if let releases {
            // Where clients are given up, the pacer goes on until it looks for the signal.
            while releases.isPaced { try? await machine.sleep(until: machine.now() + StopSignal.longestWait) }
            note(&trace) { () throws(HistoryFileError) in try releases.finish() }
        }
        if isHung {
            trace.ending = .hung
            return trace
        }
        gate.open(nil)
        for client in clients { await client.value }
        trace.ending = ending(trace)
        return trace
    }

    private func ending(_ trace: PhaseTrace) -> PhaseEnding {
        if equipment.stop.isSet || trace.failure != nil { return .stopped }
        if trace.isDiskFull { return .diskFull }
        let isDone = plan.isBoundByHistory && completed >= plan.limit
        return isDone ? .historyFull : .completed
    }

    // MARK: - Clients

    private func startClients() -> [Task<Void, Never>] {
        (0..<plan.clients).map { number in
            let index = number % plan.workers
            let client = Client(
                time: LoadClock(machine), machine: machine, subject: subject, log: equipment.log,
                template: Work(request: Request(key: 0), position: 0, phase: plan.number, log: equipment.log),
                lane: equipment.recorder.lane(index),
                pulse: pulses[index], gate: gate, stop: stop, phase: plan.number,
                excuses: Excuses(equipment.recorder, machine))
            let (count, workers, clock) = (plan.clients, plan.workers, clock)
            let mailbox = mailboxes.isEmpty ? nil : mailboxes[index]
            let worker = equipment.workers[index]
            return machine.start { [herd, edge] in
                if let mailbox {
                    await client.runOpen(index, of: workers, mailbox: mailbox, clock: clock, on: worker)
                } else if let herd, let edge {
                    await client.runEdges(number: number, of: count, herd: herd, edge: edge, on: worker)
                } else if let herd {
                    await client.runHerds(number: number, of: count, herd: herd, on: worker)
                } else {
                    await client.runClosed(number: number, of: count, on: worker)
                }
            }
        }
    }

    private func makeMonitor() -> PhaseMonitor {
        PhaseMonitor(
            pulses: pulses,
            readings: PulseReadings(
                watchdog: equipment.configuration.watchdog.nanoseconds,
                interval: equipment.configuration.progressInterval.nanoseconds, start: machine.now()),
            report: equipment.progress.map(makeReport), giveUp: { [gate] in gate.abandon() })
    }

    private func makeReport(
        to progress: @escaping @Sendable (LoadProgress) -> Void
    ) -> @Sendable (_ tally: LiveTally, _ rate: Double, _ now: UInt64) -> Void {
        let (name, count) = (equipment.subjectName, equipment.phaseCount)
        let (memory, before) = (equipment.memory, equipment.allocatedBefore)
        let duration = plan.phase.duration.map { Double(max(1, $0.nanoseconds)) }
        return { [plan, clock, sampled] tally, rate, now in
            let (start, made) = (clock.start, tally.counts.returned)
            let elapsed = start == 0 ? 0 : Double(now - min(start, now))
            let byTime = duration.map { elapsed / $0 } ?? 0
            let byCount = plan.isBoundByHistory ? 0 : Double(made) / Double(plan.limit)
            // While a memory phase reads memory, nothing else is to.
            let all = plan.phase.memory == nil ? try? memory.get().reading().allocated : sampled.last
            let allocated = all.flatMap { all in before.map { all - $0 - plan.ownBytes(after: made) } }
            progress(
                LoadProgress(
                    subject: name, phase: plan.phase.name, isWarmup: plan.phase.warmup, phaseNumber: Int(plan.number),
                    phaseCount: count, fraction: min(1, max(byTime, byCount)), tally: tally, allocated: allocated,
                    rate: rate))
        }
    }

    // MARK: - Cycles

    /// - Returns: Whether the subject hung.
    private mutating func runCycles(_ trace: inout PhaseTrace) async -> Bool {
        let deadline = plan.phase.duration.map { trace.start &+ $0.nanoseconds } ?? .max
        if plan.phase.until == .steady { return await warmUp(&trace, deadline: deadline) }
        guard let memory = plan.phase.memory else {
            return await make(requestsTo: plan.limit, from: 0, &trace, deadline: plan.stream.isOpen ? .max : deadline)
        }
        let sampler = makeSampler(memory, &trace)
        defer { trace.memory = sampler.map { evidence($0, memory) } }
        let rule = equipment.configuration.stoppingRule
        var heap = HeapRecording(memory, of: plan.number, in: equipment.configuration.heapProfileFolder)
        var taken = 0
        defer { trace.heap = heap?.end(at: taken * memory.operations) }
        for look in plan.looks {
            trace.limit = look * memory.operations
            while taken < look {
                taken += 1
                let limit = taken * memory.operations
                let done = limit - memory.operations
                if await make(requestsTo: limit, from: done, &trace, deadline: deadline) { return true }
                if stop.isSet || trace.isDiskFull || machine.now() >= deadline { return false }
                guard await becomesQuiet() else { return true }
                let reading = sampler?.sample(
                    operations: limit, at: machine.now(), liveEntries: subject.liveEntries)
                if let reading { sampled.note(reading.allocated) }
                trace.threads.append(ThreadCount.now())
                heap?.sampled(taken)
            }
            guard let sampler, let rule, !rule.isDecided(evidence(sampler, memory), in: plan.phase.name) else { break }
        }
        return false
    }

    /// Makes requests until the subject is steady, in stretches of which each is as long as all before it.
    ///
    /// - Returns: Whether the subject hung.
    private mutating func warmUp(_ trace: inout PhaseTrace, deadline: UInt64) async -> Bool {
        var warmUp = WarmUpEvidence()
        defer { trace.warmUp = warmUp }
        var (done, before) = (0, LiveTally())
        while done < plan.limit, equipment.configuration.stoppingRule?.isSteady(warmUp) != true {
            let length = done > 0 ? done : WarmUpEvidence.firstTurns * plan.clients
            let limit = min(plan.limit, done + length)
            if await make(requestsTo: limit, from: done, &trace, deadline: deadline) { return true }
            trace.limit = completed
            if stop.isSet || trace.isDiskFull || machine.now() - min(trace.paused, machine.now()) >= deadline {
                return false
            }
            // What is left over at the end is too short to be compared.
            guard limit - done >= length / 2 else { return false }
            guard await becomesQuiet() else { return true }
            let tally = LiveTally(pulses)
            warmUp.add(
                requests: tally.counts.returned - before.counts.returned,
                served: tally.counts.served - before.counts.served,
                hitP50: tally.hits.since(before.hits).percentile(50), liveEntries: subject.liveEntries)
            (done, before) = (limit, tally)
        }
        return false
    }

    private func evidence(_ sampler: MemorySampler, _ memory: MemorySampling) -> MemoryEvidence {
        MemoryEvidence(
            sampler.series, discarded: memory.discarded, capacity: equipment.boundedEntries,
            mustJoin: equipment.mustJoin, looks: plan.looks.count)
    }

    /// Lets the clients make some of the requests, in several cycles where the history has no room for all of them, where they
    /// are drawn piece by piece, or where other runs have their turns in between.
    ///
    /// - Returns: Whether the subject hung.
    private mutating func make(
        requestsTo limit: Int, from first: Int, _ trace: inout PhaseTrace, deadline: UInt64
    ) async -> Bool {
        var slice = equipment.turns == nil ? nil : TurnSlice(of: plan)
        var done = first
        while done < limit {
            let began = machine.now()
            let made = completed
            if slice != nil, made > 0 { await equipment.turns?.pass() }
            drawRequests(from: done)
            let end = requests.goesOn ? requests.first + requests.count : limit
            let next = min(limit, end, done + min(plan.stretch ?? limit, slice?.requests ?? limit))
            if await !makeRoom(for: next - made, &trace) { return true }
            if trace.isDiskFull { break }
            note(&trace) { () throws(HistoryFileError) in try releases?.makeRoom(from: done) }
            let restEnd = machine.now() + Self.headStart
            trace.paused += plan.stream.isOpen ? resume(at: done, by: restEnd) : machine.now() - began
            if stop.isSet { break }
            // The time in which others had their turns, the history was moved or requests were drawn is not part of what was asked for.
            let phaseEnd = deadline.later(by: trace.paused)
            let cycleEnd = min(phaseEnd, machine.now().later(by: slice?.time ?? .max))
            let cycle = Cycle(limit: next, last: limit, deadline: cycleEnd, requests: requests)
            if plan.stream.isOpen { trace.lastIntended = requests[next - 1].intended }
            if await runCycle(cycle, from: done, restEnd: done > 0 ? restEnd : 0) { return true }
            if stop.isSet || machine.now() >= phaseEnd { break }
            if slice != nil {
                slice?.learn(completed - made)
                // What a run has begun is done in its own turn.
                let rested = machine.now()
                if await !becomesQuiet() { return true }
                trace.paused += machine.now() - rested
            }
            // A slice that time has ended goes on where each of its clients is.
            if completed >= next { done = next }
        }
        return false
    }

    /// Moves the times of an open loop on, so that the request at a position does not come late for a rest. The clock stands from the
    /// time on at which it was due, or at which the last request was called that had to wait for a client: a backlog is as long after a
    /// rest as before.
    ///
    /// - Returns: By how much, in nanoseconds.
    private func resume(at position: Int, by ready: UInt64) -> UInt64 {
        guard position > 0 else { return 0 }
        let due = clock.start + requests[position].intended
        let stands = mailboxes.reduce(due) { max($0, $1.backlogEnd) }
        let rest = ready - min(stands, ready)
        clock.start(at: clock.start + rest)
        return rest
    }

    /// Draws the piece that begins at a position, unless there is one already. No client asks for anything meanwhile, so that drawing
    /// disturbs nothing that is measured.
    private mutating func drawRequests(from position: Int) {
        guard position == requests.first + requests.count, let next = requests.next() else { return }
        requests = next
    }

    /// Moves the history out of memory, at rest, unless it has room for some calls more. Where the disk has no room for it, it stays, and
    /// the phase is over: what there is can still be checked.
    ///
    /// - Returns: Whether the subject came to rest.
    private func makeRoom(for calls: Int, _ trace: inout PhaseTrace) async -> Bool {
        guard let stretch = plan.stretch, calls > stretch - equipment.recorder.recordedCalls else { return true }
        return await moveHistory(&trace, isOver: calls == .max)
    }

    /// Moves what there is of the history out of memory, at rest. Where the disk has no room for it, the phase is over, unless it is
    /// anyway: then the next one may find room.
    ///
    /// - Returns: Whether the subject came to rest.
    private func moveHistory(_ trace: inout PhaseTrace, isOver: Bool = false) async -> Bool {
        let recorded = equipment.recorder.recordedCalls
        guard let spool = equipment.spool, recorded > 0 else { return true }
        guard await becomesQuiet() else { return false }
        let free = equipment.configuration.historyFolder.flatMap { machine.freeSpace(in: $0) }
        if let free, !spool.hasRoom(for: recorded, of: free / equipment.configuration.historySharers) {
            if !isOver { trace.isDiskFull = true }
            return true
        }
        note(&trace) { () throws(HistoryFileError) in try spool.append(equipment.recorder.drain()) }
        return true
    }

    /// Gives the phase up where something cannot be written.
    private func note(_ trace: inout PhaseTrace, _ write: () throws(HistoryFileError) -> Void) {
        do throws(HistoryFileError) {
            try write()
        } catch {
            trace.failure = error
            stop.stop()
        }
    }

    private func runCycle(_ cycle: Cycle, from position: Int, restEnd: UInt64) async -> Bool {
        herd?.assemble(plan.clients)
        for mailbox in mailboxes { mailbox.reopen() }
        gate.open(cycle)
        if let releases {
            Pacer(
                position..<cycle.limit, of: requests, on: machine, mailboxes: mailboxes, releases: releases,
                restEnd: restEnd, stop: stop
            ).run(from: clock.start)
        }
        return await gate.assembled() == .abandoned
    }

    private func makeSampler(_ memory: MemorySampling, _ trace: inout PhaseTrace) -> MemorySampler? {
        let samples = plan.looks.last ?? memory.samples
        trace.threads.reserveCapacity(samples)
        switch equipment.memory {
        case .success(let source):
            return MemorySampler(source, capacity: max(2, samples))
        case .failure(let error):
            trace.observations.append(.memory(problem: "\(error)"))
            return nil
        }
    }

    /// Waits until neither subject nor executions do anything; false if that takes longer than the watchdog waits.
    private func becomesQuiet() async -> Bool {
        guard await equipment.watchdog.finishes({ [subject] in await subject.quiesce() }) else { return false }
        let limit = machine.now() &+ equipment.configuration.watchdog.nanoseconds
        while equipment.log.runningExecutions > 0 {
            if machine.now() > limit { return false }
            try? await machine.sleep(until: machine.now() + 500_000)
        }
        return true
    }
}
