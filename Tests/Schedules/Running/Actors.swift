internal import Dedup

/// Those who act in a schedule: callers, the steps they set going, and those who disturb them.
struct Actors: Sendable {
    let program: Program
    let subject: any Subject
    let scheduler: DeterministicScheduler
    let observer: Observer
    let dice: Dice

    /// Starts all of them; they run when the scheduler lets them.
    func start() {
        let begin = scheduler.clock
        for (number, caller) in program.callers.enumerated() {
            let name = "caller \(number)"
            observer.actorStarts()
            let task = Task.detached { await self.act(name, caller.requests) }
            guard let delay = caller.cancelledAfter else { continue }
            Task.detached {
                await scheduler.sleepThrough(until: begin + delay)
                observer.callerCancelled(name)
                scheduler.withoutPreemption { task.cancel() }
            }
        }
        for (time, disturbance) in program.disturbances {
            observer.actorStarts()
            Task.detached {
                await scheduler.sleepThrough(until: begin + time)
                await disturb(disturbance)
                observer.actorEnds()
            }
        }
    }

    private func act(_ name: String, _ requests: [Program.RequestPlan]) async {
        for (number, request) in requests.enumerated() {
            await scheduler.sleepThrough(until: scheduler.clock + request.pause)
            _ = await call("\(name)/\(number)", request, parent: nil)
        }
        observer.actorEnds()
    }

    private func disturb(_ disturbance: Program.Disturbance) async {
        switch disturbance {
        case .invalidate(let key): observer.invalidate(key) { subject.invalidate(key) }
        case .invalidateAll: observer.invalidate(nil) { subject.invalidateAll() }
        case .flush: try? await subject.core?.flush()
        case .shutDown(let grace):
            guard let core = subject.core else { return }
            observer.shutdownStarts(grace: grace)
            let wasOrderly = await core.shutdown(grace: .nanoseconds(Int64(grace)))
            observer.shutdownEnds(wasOrderly: wasOrderly)
        }
    }

    // MARK: - Calls

    private func call(_ name: String, _ plan: Program.RequestPlan, parent: UInt64?) async -> Ending {
        let number = observer.callStarts(
            name, key: plan.key, deadline: plan.deadline, parent: parent,
            cancelledAt: Task.isCancelled ? scheduler.clock : nil)
        let request = Request(
            key: plan.key, plan: program.keys[plan.key], duplicates: plan.duplicates, deadline: plan.deadline)
        let ending: Ending
        do {
            let answer = try await subject.execute(request) { epoch in
                try await run(plan.key, epoch: epoch, leader: number)
            }
            ending = .answered(answer)
        } catch {
            ending = Ending(error)
        }
        observer.callEnds(number, ending)
        return ending
    }

    // MARK: - Steps

    private func run(_ key: Int, epoch: UInt64, leader: Int) async throws -> UInt64 {
        let id = observer.executionBegins(key: key, epoch: epoch, leader: leader)
        let plan = dice.stepPlan(key: key, program: program)
        return try await withTaskCancellationHandler {
            do {
                try await step(plan, execution: id)
            } catch {
                observer.executionEnds(id, error: error)
                throw error
            }
            observer.executionEnds(id, error: nil)
            return id
        } onCancel: {
            observer.executionCancelled(id)
        }
    }

    private func step(_ plan: StepPlan, execution: UInt64) async throws {
        for (number, pause) in plan.pauses.enumerated() {
            if plan.nested?.before == number { try await callNested(plan, execution) }
            try await suspend(pause, plan.manner)
        }
        if plan.nested?.before == plan.pauses.count { try await callNested(plan, execution) }
        if plan.manner != .ignores { try Task.checkCancellation() }
        if plan.fails { throw StepFailure(execution: execution) }
    }

    private func suspend(_ pause: UInt64, _ manner: StepPlan.CancellationManner) async throws {
        if pause == 0 {
            await scheduler.yield()
        } else if manner == .honours {
            try await scheduler.sleep(until: scheduler.clock + pause)
        } else {
            await scheduler.sleepThrough(until: scheduler.clock + pause)
        }
    }

    private func callNested(_ plan: StepPlan, _ execution: UInt64) async throws {
        guard let (key, _) = plan.nested else { return }
        let request = Program.RequestPlan(pause: 0, key: key, duplicates: nil, deadline: nil)
        let ending = await call("execution \(execution)", request, parent: execution)
        if case .answered = ending { return }
        if case .cancelled = ending, plan.manner != .ignores { throw CancellationError() }
        if plan.passesErrorsOn { throw StepFailure(execution: execution) }
    }
}

/// The chance that decides what steps do. Shared by all tasks of a schedule, on its one thread; hence unchecked.
final class Dice: @unchecked Sendable {
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    func stepPlan(key: Int, program: Program) -> StepPlan {
        StepPlan(key: key, program: program, &random)
    }
}
