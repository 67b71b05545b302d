import DedupVerification
import LoadGeneration
import Synchronization
import Workloads

/// Executes every call, and does something before each.
final class ExecutingSubject: Subject {
    let information: SubjectInformation
    let tellsOutcome: Bool
    let before: @Sendable (Request) async -> Void
    let calls = Atomic<Int>(0)

    init(
        blocks: Bool = false, tellsOutcome: Bool = true,
        before: @escaping @Sendable (Request) async -> Void = { _ in }
    ) {
        information = SubjectInformation(
            name: "executing", summary: "executes every call", blocks: blocks, duplicates: .none)
        self.tellsOutcome = tellsOutcome
        self.before = before
    }

    func call(_ request: Request, _ operation: LoadGeneration.Operation) async -> Answer {
        calls.add(1, ordering: .relaxed)
        await before(request)
        do {
            return .value(try await operation.run(), tellsOutcome ? .executed : nil)
        } catch {
            return .failed(error)
        }
    }
}

/// Answers at once, from nothing.
final class InstantSubject: Subject {
    let information = SubjectInformation(
        name: "instant", summary: "answers at once", isJudged: false, duplicates: .none)

    func call(_ request: Request, _ operation: LoadGeneration.Operation) async -> Answer {
        Answer(outcome: .hit, execution: 0)
    }
}

/// A correct cache without bound whose duplicates join; some of its parts can be broken on purpose.
final class JoiningSubject: Subject {
    enum Fault: String, CaseIterable, Sendable {
        case none
        /// Two callers that miss at the same time both run.
        case checkThenAct
        /// The second of all waiters is forgotten when its flight lands.
        case lostWaiter
        /// A result is served for ever, whatever was promised.
        case staleForEver
        /// Every seventh hit is answered with an error that comes from nowhere.
        case throwsInsteadOfHits
    }

    private enum Slot {
        case running([CheckedContinuation<Result<StepValue, any Error>, Never>])
        case done(StepValue, ContinuousClock.Instant)
    }

    private enum Decision {
        case hit(StepValue)
        case join
        case lead
    }

    static let information = SubjectInformation(name: "joining", summary: "a cache whose misses join")
    let information: SubjectInformation = JoiningSubject.information
    let fault: Fault
    let lifetime: Duration
    /// Whether the answer says how it came about, or leaves that to the harness.
    let tellsOutcome: Bool
    private let slots = Mutex<[UInt32: Slot]>([:])
    private let waiters = Atomic<Int>(0)
    private let hits = Atomic<Int>(0)

    init(_ fault: Fault = .none, lifetime: Duration = .seconds(3_600), tellsOutcome: Bool = true) {
        self.fault = fault
        self.lifetime = lifetime
        self.tellsOutcome = tellsOutcome
    }

    var liveEntries: Int? { slots.withLock { $0.count } }

    func call(_ request: Request, _ operation: LoadGeneration.Operation) async -> Answer {
        switch decide(request.key) {
        case .hit(let value):
            let isThrown = fault == .throwsInsteadOfHits && hits.add(1, ordering: .relaxed).newValue % 7 == 0
            return isThrown ? .failed(CancellationError()) : .value(value, tellsOutcome ? .hit : nil)
        case .lead: return await lead(request.key, operation)
        case .join:
            let result = await withCheckedContinuation { continuation in
                let late = slots.withLock { slots -> Slot? in
                    guard case .running(var waiting) = slots[request.key] else { return slots[request.key] }
                    waiting.append(continuation)
                    slots[request.key] = .running(waiting)
                    return nil
                }
                if case .done(let value, _) = late { continuation.resume(returning: .success(value)) }
            }
            return answer(result, .joined)
        }
    }

    private func decide(_ key: UInt32) -> Decision {
        slots.withLock { slots in
            switch slots[key] {
            case .done(let value, let storedAt) where fault == .staleForEver || storedAt.duration(to: .now) < lifetime:
                return .hit(value)
            case .running where fault != .checkThenAct:
                return .join
            default:
                slots[key] = .running([])
                return .lead
            }
        }
    }

    private func lead(_ key: UInt32, _ operation: LoadGeneration.Operation) async -> Answer {
        var result: Result<StepValue, any Error>
        do { result = .success(try await operation.run()) } catch { result = .failure(error) }
        let waiting = slots.withLock { slots -> [CheckedContinuation<Result<StepValue, any Error>, Never>] in
            var waiting: [CheckedContinuation<Result<StepValue, any Error>, Never>] = []
            if case .running(let found) = slots[key] { waiting = found }
            slots[key] = if case .success(let value) = result { .done(value, .now) } else { nil }
            return waiting
        }
        for waiter in waiting {
            let number = waiters.add(1, ordering: .relaxed).newValue
            if fault == .lostWaiter, number == 2 {
                lost.withLock { $0.append(waiter) }
            } else {
                waiter.resume(returning: result)
            }
        }
        return answer(result, .executed)
    }

    private func answer(_ result: Result<StepValue, any Error>, _ outcome: OutcomeClass) -> Answer {
        switch result {
        case .success(let value): .value(value, tellsOutcome ? outcome : nil)
        case .failure(let error): .failed(error)
        }
    }

    /// Those who were forgotten: kept, since a checked continuation that is dropped complains.
    private let lost = Mutex<[CheckedContinuation<Result<StepValue, any Error>, Never>]>([])
}
