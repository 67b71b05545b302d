package import DedupBenchKit
internal import DedupVerification
internal import Evidence
internal import Foundation
internal import Measurement
package import Workloads

/// Drives subjects through the phases of a scenario.
///
/// The request streams are drawn in `init`, and what is too long for that as it goes on. Every subject gets the same requests.
package final class LoadRunner: Sendable {
    /// The scenario that is run.
    package let scenario: Scenario
    private let configuration: LoadConfiguration
    private let machine: any Machine
    private let stop: StopSignal
    private let progress: @Sendable (LoadProgress) -> Void
    private let streams: [RequestStream]

    /// Draws the requests of all phases.
    ///
    /// - Throws: ``LoadError``, or `TraceError`.
    package convenience init(
        _ scenario: Scenario, configuration: LoadConfiguration = LoadConfiguration(),
        traces: TraceLibrary = TraceLibrary(), machine: any Machine = RealMachine(), stop: StopSignal = StopSignal(),
        progress: @escaping @Sendable (LoadProgress) -> Void = { _ in }
    ) throws {
        let builder = try StreamBuilder(scenario, traces: traces)
        try self.init(
            scenario, streams: scenario.phases.map { builder.stream(for: $0) }, configuration: configuration,
            machine: machine, stop: stop, progress: progress)
    }

    /// A runner for requests that are drawn already: one stream a phase, in order.
    ///
    /// - Throws: ``LoadError``.
    package init(
        _ scenario: Scenario, streams: [RequestStream], configuration: LoadConfiguration = LoadConfiguration(),
        machine: any Machine = RealMachine(), stop: StopSignal = StopSignal(),
        progress: @escaping @Sendable (LoadProgress) -> Void = { _ in }
    ) throws(LoadError) {
        try configuration.validate()
        guard streams.count == scenario.phases.count else {
            throw LoadError("a scenario of \(scenario.phases.count) phases needs as many streams, not \(streams.count)")
        }
        self.scenario = scenario
        self.configuration = configuration
        self.machine = machine
        self.stop = stop
        self.progress = progress
        self.streams = streams
    }

    /// The requests of a phase.
    package func stream(ofPhase number: Int) -> RequestStream { streams[number] }

    /// Makes a subject and drives it through all phases, or until it hangs or the stop signal is given.
    ///
    /// - Parameters:
    ///   - operations: Makes the body of each phase's operations; without it they are simulated.
    ///   - turns: The turns of this run among others that go on at the same time. Progress is not reported then. However it ends,
    ///     its turns end, too.
    /// - Throws: What making the subject or a body throws, ``LoadError``, and ``HistoryFileError``.
    package func run(
        _ blueprint: SubjectBlueprint, operations: OperationFactory? = nil, turns: (any Turns)? = nil
    ) async throws -> SubjectRun {
        await turns?.begin()
        do {
            return try await run(blueprint, operations ?? { [machine] _ in SimulatedOperation(machine) }, turns)
        } catch {
            await turns?.end()
            throw error
        }
    }

    private func run(
        _ blueprint: SubjectBlueprint, _ operations: OperationFactory, _ turns: (any Turns)?
    ) async throws -> SubjectRun {
        let plan = try LoadPlan(
            scenario, streams: streams, blocks: blueprint.blocks, configuration: configuration(for: blueprint))
        let bodies = try await makeBodies(operations)
        let run = await machine.start { () -> Result<SubjectRun, any Error> in
            do { return .success(try await self.run(blueprint, plan, bodies, turns)) } catch { return .failure(error) }
        }.value
        for body in bodies { await body.cleanUp() }
        return try run.get()
    }

    /// Of a service of which only the answers are seen, all of them are compared: they are held.
    private func configuration(for blueprint: SubjectBlueprint) -> LoadConfiguration {
        var configuration = configuration
        if case .answers = blueprint.proof { configuration.historyFolder = nil }
        return configuration
    }

    /// Phases with the same operation share a body.
    private func makeBodies(_ make: OperationFactory) async throws -> [any OperationBody] {
        var made: [OperationSettings: any OperationBody] = [:]
        var bodies: [any OperationBody] = []
        do {
            for phase in scenario.phases {
                let settings = scenario.operation(of: phase)
                let body = if let known = made[settings] { known } else { try await make(settings) }
                made[settings] = body
                bodies.append(body)
            }
        } catch {
            for body in made.values { await body.cleanUp() }
            throw error
        }
        return bodies
    }

    private func run(
        _ blueprint: SubjectBlueprint, _ plan: LoadPlan, _ bodies: [any OperationBody], _ turns: (any Turns)?
    ) async throws -> SubjectRun {
        var equipment = try equip(blueprint, plan, bodies)
        if let turns { (equipment.turns, equipment.progress) = (turns, nil) }
        equipment.allocatedBefore = equipment.allocated
        let subject = try await blueprint.make(
            SubjectSettings(
                system: scenario.system, seed: scenario.seed, excuses: Excuses(equipment.recorder, machine),
                clock: machine))
        var traces = await drive(subject, plan, equipment)
        if blueprint.worksElsewhere { for place in traces.indices { traces[place].foreignProcessors = nil } }
        var hang = traces.contains { $0.ending == .hung } ? SubjectHang.call : nil
        if hang == nil, await !equipment.watchdog.finishes({ await subject.quiesce() }) { hang = .quiesce }
        // A subject that hangs may hold the lock that its counters take.
        let counters = hang == nil ? subject.counters : SubjectCounters()
        let notes = hang == nil ? subject.notes : []
        if hang == nil, await !equipment.watchdog.finishes({ await subject.shutdown() }) { hang = .shutdown }
        equipment.hiccups.stop()
        equipment.watchdog.stop()
        for worker in equipment.workers { worker.finish() }
        await turns?.end()
        // A stuck execution may still come back and log its end: what it logs into must not be gone by then.
        if hang != nil || equipment.log.runningExecutions > 0 { _ = Unmanaged.passRetained(equipment.log) }

        let closing = machine.now()
        let recorded = hang == nil ? equipment.recorder.finish() : equipment.recorder.finish().closed(at: closing)
        if let failure = traces.compactMap(\.failure).first { throw failure }
        let (history, stored, phases) = try analyse(recorded, equipment.spool, blueprint, traces)
        var seen = Set<ObjectIdentifier>()
        let distinct = bodies.filter { seen.insert(ObjectIdentifier($0)).inserted }
        return SubjectRun(
            subject: blueprint, phases: phases, history: history, stored: stored,
            heapProfiles: Dictionary(
                uniqueKeysWithValues: traces.compactMap { trace in trace.heap.map { (trace.plan.number, $0) } }),
            counters: counters,
            figures: distinct.flatMap(\.figures), notes: notes, plannedPhases: scenario.phases.count, hang: hang)
    }

    /// Makes the evidence of the phases, and puts a history that was moved out of memory in the order in which it is checked.
    private func analyse(
        _ recorded: History, _ spool: HistorySpool?, _ blueprint: SubjectBlueprint, _ traces: [PhaseTrace]
    ) throws(HistoryFileError) -> (history: History, stored: HistoryStore?, phases: [PhaseEvidence]) {
        let folder = spool == nil ? nil : configuration.historyFolder
        var translation = try HistoryTranslation(blueprint.promises, in: folder)
        guard let spool, let folder else {
            let history = try translation.translate(recorded)
            return (history, nil, try PhaseAnalysis(scenario, history, traces).evidence)
        }
        // The herds of a round, which ask for new keys, all come in one stretch.
        let store = try HistoryStore(in: folder, lastingKeys: lastingKeys)
        var analysis = PhaseAnalysis(scenario, traces) { call throws(HistoryFileError) in
            try store.executionEnd(of: call)
        }
        for number in 0...spool.count {
            let stretch = try translation.translate(number < spool.count ? try spool.take(number) : recorded)
            try store.append(stretch)
            try analysis.add(stretch)
        }
        try store.finish()
        return (History(), store, analysis.evidence)
    }

    private func equip(
        _ blueprint: SubjectBlueprint, _ plan: LoadPlan, _ bodies: [any OperationBody]
    ) throws(HistoryFileError) -> RunEquipment {
        let folder = plan.isSpooled ? configuration.historyFolder : nil
        let spool = if let folder { try HistorySpool(in: folder) } else { HistorySpool?.none }
        // What is not judged executes nothing, and needs no room for executions.
        let executions = blueprint.isJudged ? plan.calls + 4_096 : 64
        let recorder = HistoryRecorder(
            lanes: plan.lanes, executions: executions, excuses: executions + removals(plan))
        return RunEquipment(
            machine: machine, recorder: recorder,
            log: ExecutionLog(
                machine: machine, recorder: recorder, bodies: bodies, blocking: blueprint.blocks,
                capacity: executions, promises: blueprint.promises, system: scenario.system),
            spool: spool,
            workers: plan.lanes.indices.map { Worker(machine.executor(number: $0, blocks: blueprint.blocks)) },
            hiccups: HiccupMonitor(machine), watchdog: Watchdog(machine, limit: configuration.watchdog),
            memory: Result { () throws(JemallocError) in try machine.memory() },
            configuration: configuration, stop: stop, progress: progress, subjectName: blueprint.name,
            phaseCount: scenario.phases.count,
            boundedEntries: blueprint.promises.eviction != .never ? scenario.system.cache.capacity.entries : nil,
            mustJoin: blueprint.isJudged && blueprint.promises.duplicates(under: scenario.system) == .join)
    }

    /// How many results of earlier stretches may leave the cache in one: as many as it holds, but no more than there are keys. Where
    /// neither is known, four times as many as come in one.
    private func removals(_ plan: LoadPlan) -> Int {
        guard plan.isSpooled else { return 0 }
        let keys = plan.phases.reduce(lastingKeys) { $0 + ($1.edge?.keys(in: $1.limit) ?? 0) }
        return min(keys, scenario.system.cache.capacity.entries ?? max(lastingKeys, 4 * plan.calls))
    }

    /// One more than the largest key of the phases without an edge, whose keys come back.
    private var lastingKeys: Int { streams.map(\.keyCount).max() ?? 0 }

    private func drive(_ subject: some Subject, _ plan: LoadPlan, _ equipment: RunEquipment) async -> [PhaseTrace] {
        var traces: [PhaseTrace] = []
        for phase in plan.phases where !stop.isSet {
            var conductor = PhaseConductor(subject, phase, equipment)
            let trace = await conductor.run()
            traces.append(trace)
            if trace.ending == .hung || trace.failure != nil { break }
        }
        return traces
    }
}

extension CacheCapacity {
    /// The number of entries, if that is the bound.
    fileprivate var entries: Int? {
        if case .entries(let count) = self { count } else { nil }
    }
}
