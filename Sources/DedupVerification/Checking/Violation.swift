/// One breach of a rule, with the intervals that prove it.
public struct Violation: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The rule.
    public let kind: ViolationKind
    /// The key; 0 for what has none.
    public let key: UInt32
    /// What is wrong, in a sentence with figures.
    public let explanation: String
    /// The executions involved.
    public let executions: [Execution]
    /// The calls involved.
    public let calls: [Call]

    /// The smallest part of the history that shows it by itself; nil where there is none, as for a counter, or where it was
    /// not looked for.
    public internal(set) var proof: Proof?

    /// What shows it: the records of its proof, or, without one, those that it names.
    public var records: (executions: [Execution], calls: [Call], excuses: [Excuse]) {
        proof.map { ($0.executions, $0.calls, $0.excuses) } ?? (executions, calls, [])
    }

    /// When it had come about: when the last of the calls and executions began that it names; `.max` where it names none.
    var time: UInt64 { (calls.map(\.start) + executions.map(\.begin)).max() ?? .max }

    /// Whether it names any call or execution.
    var hasRecords: Bool { !executions.isEmpty || !calls.isEmpty }

    /// Whether the other one says the same, be it proven or not.
    func isSame(as other: Violation) -> Bool {
        var (ours, theirs) = (self, other)
        (ours.proof, theirs.proof) = (nil, nil)
        return ours == theirs
    }

    /// The same breach, with its times counted from `base`, in nanoseconds; those before it become 0.
    public func earlier(by base: UInt64) -> Violation {
        Violation(
            kind: kind, key: key, explanation: explanation, executions: executions.map { $0.earlier(by: base) },
            calls: calls.map { $0.earlier(by: base) }, proof: proof?.earlier(by: base))
    }

    /// The sentence and the intervals that prove it, drawn to scale, with times relative to the first.
    public var description: String {
        let diagram = IntervalDiagram(executions: records.executions, calls: records.calls, excuses: records.excuses)
        return diagram.isEmpty ? explanation : "\(explanation)\n\(diagram)"
    }
}

/// Which rule of the history was broken.
public enum ViolationKind: String, CaseIterable, Codable, CodingKeyRepresentable, Sendable {
    /// Two executions of one key overlap and nothing excuses it.
    case overlap
    /// An execution began while a fresh result existed and nothing excuses it.
    case unjustifiedExecution = "unjustified_execution"
    /// A result was removed as expired before it could have expired.
    case prematureExpiry = "premature_expiry"
    /// A result was evicted while the cache had room for every key that had been executed.
    case prematureEviction = "premature_eviction"
    /// An answer names an execution that the history does not know.
    case unknownExecution = "unknown_execution"
    /// An answer is that of another key.
    case wrongKey = "wrong_key"
    /// A value was answered for an execution that failed, or an error for one that succeeded.
    case wrongOutcome = "wrong_outcome"
    /// An answer came before its execution had ended.
    case answerFromFuture = "answer_from_future"
    /// A call was answered with an error that names no execution, and the subject promises no such errors.
    case unexplainedFailure = "unexplained_failure"
    /// A result was served past its time to live: as a hit, or as stale without a promise of that or for too long.
    case staleHit = "stale_hit"
    /// A hit was older than a result that had been answered before the call started.
    case outdatedHit = "outdated_hit"
    /// A result was served although it had been evicted, invalidated or superseded before the call started.
    case servedAfterRemoval = "served_after_removal"
    /// A call joined an execution that was over before the call started.
    case lateJoin = "late_join"
    /// A call claims an execution that does not lie within it, or that another call claims too.
    case foreignExecution = "foreign_execution"
    /// A call was rejected although no execution of its key was in the way, or rejection is off.
    case unjustifiedRejection = "unjustified_rejection"
    /// An error was served to a call that came after the execution which failed.
    case lateFailure = "late_failure"
    /// Nothing was found in the cache for a call that asked for what is cached, and a fresh result was there.
    case missedResult = "missed_result"
    /// A call was given up whose caller neither cancelled it nor gave it a deadline.
    case unjustifiedAbandonment = "unjustified_abandonment"
    /// A call never returned.
    case lostCall = "lost_call"
    /// The value of an answer is not that of its execution.
    case corruptValue = "corrupt_value"
    /// A counter of the subject differs from the history.
    case counterMismatch = "counter_mismatch"

    /// Whether nothing that an incomplete history lacks could justify it. The others may be justified by an excuse, a hit or an
    /// execution that found no room.
    public var isProvenByAnyHistory: Bool {
        switch self {
        case .overlap, .unjustifiedExecution, .prematureEviction, .missedResult, .outdatedHit, .unknownExecution,
            .staleHit,
            .unjustifiedRejection,
            .counterMismatch:
            false
        case .prematureExpiry, .wrongKey, .wrongOutcome, .answerFromFuture, .unexplainedFailure,
            .servedAfterRemoval, .lateJoin, .unjustifiedAbandonment, .foreignExecution, .lateFailure, .lostCall,
            .corruptValue:
            true
        }
    }
}

/// Counts violations and keeps the earliest of each kind.
struct ViolationLog {
    private var kept: [ViolationKind: [(time: UInt64, violation: Violation)]] = [:]
    private(set) var countByKind: [ViolationKind: Int] = [:]
    private(set) var countByPhase: [UInt16: Int] = [:]
    private(set) var count = 0
    private let examplesPerKind: Int

    init(examplesPerKind: Int) {
        self.examplesPerKind = examplesPerKind
    }

    /// Those that are kept, the earliest first.
    var examples: [Violation] { ViolationKind.allCases.flatMap { kept[$0] ?? [] }.map(\.violation).byTime }

    /// Counts one; its text and intervals are made only if it is kept.
    ///
    /// - Parameter time: What ``Violation/time`` is of it.
    mutating func add(_ kind: ViolationKind, phase: UInt16?, at time: UInt64, _ violation: () -> Violation) {
        count += 1
        if let phase { countByPhase[phase, default: 0] += 1 }
        countByKind[kind, default: 0] += 1
        // Nothing else holds the list while it grows.
        guard kept[kind]?.count ?? 0 >= examplesPerKind else {
            kept[kind, default: []].append((time, violation()))
            return
        }
        let known = kept[kind] ?? []
        if let latest = known.indices.max(by: { known[$0].time < known[$1].time }), time < known[latest].time {
            kept[kind]?[latest] = (time, violation())
        }
    }
}

extension [Violation] {
    /// The same, the earliest first; of one time in the order in which they are.
    var byTime: [Violation] {
        enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }
}
