import DedupBenchKit
import DedupVerification
import LoadGeneration
import Synchronization
import Workloads

/// Executes every call, and does something before each.
final class ExecutingSubject: Subject {
    static let promises = Promises(duplicates: .none)

    /// How this one is made.
    static func blueprint(_ subject: ExecutingSubject = ExecutingSubject()) -> SubjectBlueprint {
        SubjectBlueprint(name: "executing", summary: "executes every call", promises: promises) { _ in subject }
    }

    let before: @Sendable (Work) async -> Void
    let calls = Counter()

    init(before: @escaping @Sendable (Work) async -> Void = { _ in }) {
        self.before = before
    }

    func call(_ work: Work) async -> Answer {
        calls.add()
        await before(work)
        do {
            return .value(try await work.run(), .executed)
        } catch {
            return .failed(error)
        }
    }
}

/// A correct cache without bound whose duplicates join; some of its parts can be broken on purpose.
final class JoiningSubject: Subject {
    enum Fault: String, CaseIterable, Sendable {
        case none
        /// Two callers that miss at the same time both run.
        case checkThenAct
        /// The second of all waiters is not woken when its flight finishes.
        case lostWaiter
        /// A result is served for ever, whatever was promised.
        case staleForEver
        /// Every seventh hit is answered with an error of no execution.
        case throwsInsteadOfHits
    }

    private typealias Waiter = CheckedContinuation<Result<WorkValue, any Error>, Never>

    private enum Slot {
        case running([Waiter])
        case done(WorkValue, at: UInt64)
    }

    private enum Decision {
        case hit(WorkValue)
        case join
        case lead
    }

    static let promises = Promises()
    private let fault: Fault
    private let machine: any Machine
    private let lifetime: Duration
    /// Whether the answer says how it came about, or leaves that to the harness.
    private let tellsOutcome: Bool
    private let slots = Mutex<[UInt32: Slot]>([:])
    private let waiters = Atomic<Int>(0)
    private let hits = Atomic<Int>(0)
    /// Kept, since a checked continuation that is dropped complains.
    private let lostWaiter = Mutex<Waiter?>(nil)

    init(
        _ fault: Fault = .none, on machine: any Machine, lifetime: Duration = .seconds(3_600),
        tellsOutcome: Bool = true
    ) {
        self.fault = fault
        self.machine = machine
        self.lifetime = lifetime
        self.tellsOutcome = tellsOutcome
    }

    func call(_ work: Work) async -> Answer {
        switch decide(work.key) {
        case .hit(let value):
            let isThrown = fault == .throwsInsteadOfHits && hits.add(1, ordering: .relaxed).newValue % 7 == 0
            return isThrown ? .failed(CancellationError()) : .value(value, tellsOutcome ? .hit : nil)
        case .lead: return await lead(work)
        case .join: return answer(await result(of: work.key), .joined)
        }
    }

    private func decide(_ key: UInt32) -> Decision {
        slots.withLock { slots in
            switch slots[key] {
            case .done(let value, let time)
            where fault == .staleForEver || machine.now() - time < lifetime.nanoseconds:
                return .hit(value)
            case .running where fault != .checkThenAct:
                return .join
            default:
                slots[key] = .running([])
                return .lead
            }
        }
    }

    private func result(of key: UInt32) async -> Result<WorkValue, any Error> {
        await withCheckedContinuation { continuation in
            let late = slots.withLock { slots -> Slot? in
                guard case .running(var waiting) = slots[key] else { return slots[key] }
                waiting.append(continuation)
                slots[key] = .running(waiting)
                return nil
            }
            if case .done(let value, _) = late { continuation.resume(returning: .success(value)) }
        }
    }

    private func lead(_ work: Work) async -> Answer {
        var result: Result<WorkValue, any Error>
        do { result = .success(try await work.run()) } catch { result = .failure(error) }
        let key = work.key
        let waiting = slots.withLock { slots -> [Waiter] in
            var waiting: [Waiter] = []
            if case .running(let found) = slots[key] { waiting = found }
            slots[key] = if case .success(let value) = result { .done(value, at: machine.now()) } else { nil }
            return waiting
        }
        for waiter in waiting {
            let number = waiters.add(1, ordering: .relaxed).newValue
            if fault == .lostWaiter, number == 2 {
                lostWaiter.withLock { $0 = waiter }
            } else {
                waiter.resume(returning: result)
            }
        }
        return answer(result, .executed)
    }

    private func answer(_ result: Result<WorkValue, any Error>, _ outcome: OutcomeClass) -> Answer {
        switch result {
        case .success(let value): .value(value, tellsOutcome ? outcome : nil)
        case .failure(let error): .failed(error)
        }
    }
}

/// An atomic that a closure can capture.
final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    var count: Int { value.load(ordering: .sequentiallyConsistent) }

    /// Adds to it and returns the sum.
    @discardableResult
    func add(_ number: Int = 1) -> Int { value.add(number, ordering: .sequentiallyConsistent).newValue }
}
