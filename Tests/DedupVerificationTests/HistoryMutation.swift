import DedupTesting
import DedupVerification

/// A way to falsify a clean history. Each returns nil when the history offers no place for it.
enum HistoryMutation: String, CaseIterable, Sendable {
    case overlappingExecution, executionBesideFreshResult, droppedEvictionExcuse, prematureExpiry
    case unknownExecution, resultOfAnotherKey, valueOfFailedExecution, answerBeforeEnd, staleHit, outdatedHit
    case hitAfterRemoval, hitAfterInvalidation, joinAfterEnd, joinOfSuperseded, claimedTwice, executedBeforeCall
    case rejectionWithoutFlight, rejectionInJoinMode, joinInRejectMode, cachedError, lostCall, corruptValue
    case namelessAnswer, namelessFailure, unpromisedStale, postponedEvictionExcuse

    /// What the checker must find.
    var expected: ViolationKind {
        switch self {
        case .overlappingExecution: .overlap
        case .executionBesideFreshResult, .droppedEvictionExcuse, .postponedEvictionExcuse: .unjustifiedExecution
        case .prematureExpiry: .prematureExpiry
        case .unknownExecution, .namelessAnswer: .unknownExecution
        case .resultOfAnotherKey: .wrongKey
        case .valueOfFailedExecution: .wrongOutcome
        case .answerBeforeEnd: .answerFromFuture
        case .staleHit, .unpromisedStale: .staleHit
        case .namelessFailure: .unexplainedFailure
        case .outdatedHit: .outdatedHit
        case .hitAfterRemoval, .hitAfterInvalidation, .joinOfSuperseded: .servedAfterRemoval
        case .joinAfterEnd, .joinInRejectMode: .lateJoin
        case .claimedTwice, .executedBeforeCall: .foreignExecution
        case .rejectionWithoutFlight, .rejectionInJoinMode: .unjustifiedRejection
        case .cachedError: .lateFailure
        case .lostCall: .lostCall
        case .corruptValue: .corruptValue
        }
    }

    /// Makes the plan one in which this falsehood is to be had.
    func prepare(_ plan: inout SimulationPlan) {
        switch self {
        case .outdatedHit, .droppedEvictionExcuse, .postponedEvictionExcuse, .hitAfterRemoval, .hitAfterInvalidation:
            plan.rule = FreshnessRule(.unbounded)
            plan.evictionRate = 0.4
            plan.namesEvictions = true
            plan.invalidations = 0
            plan.timeout = .max
        case .joinOfSuperseded:
            plan.timeout = 2_000
        default: break
        }
    }

    /// The falsified history.
    func apply(to history: History, plan: SimulationPlan, using random: inout SplitMix64) -> History? {
        var site = MutationSite(history: history, plan: plan, random: random)
        defer { random = site.random }
        return falsifiedAnswer(&site) ?? falsifiedExcuse(&site) ?? falsifiedExecution(&site)
    }

    /// The history with one answer that says something else.
    private func falsifiedAnswer(_ site: inout MutationSite) -> History? {
        switch self {
        case .unknownExecution: site.changeAnswer { $0.execution = 9_999_999 }
        case .namelessAnswer: site.changeAnswer { $0.execution = 0 }
        case .lostCall: site.changeAnswer { $0.end = 0 }
        case .corruptValue: site.changeAnswer { $0.value = $0.execution + 1 }
        case .namelessFailure: site.changeAnswer { ($0.outcome, $0.execution, $0.value) = (.failed, 0, 0) }
        case .unpromisedStale: site.changeAnswer { $0.outcome = .stale }
        case .rejectionWithoutFlight: site.rejection(wanted: [.reject, .either])
        case .rejectionInJoinMode: site.rejection(wanted: [.join])
        default: nil
        }
    }

    /// The history with an excuse that is missing or comes too late.
    private func falsifiedExcuse(_ site: inout MutationSite) -> History? {
        switch self {
        case .droppedEvictionExcuse: site.changeEvictionExcuse { $0.remove(at: $1) }
        case .postponedEvictionExcuse:
            site.changeEvictionExcuse { excuses, index in
                excuses[index].since += 60_000_000_000
                excuses[index].at += 60_000_000_000
            }
        default: nil
        }
    }

    /// The history with an execution, a hit or a join where there should be none.
    private func falsifiedExecution(_ site: inout MutationSite) -> History? {
        switch self {
        case .overlappingExecution: site.overlappingExecution()
        case .executionBesideFreshResult: site.executionBesideFreshResult()
        case .prematureExpiry: site.prematureExpiry()
        case .resultOfAnotherKey: site.resultOfAnotherKey()
        case .valueOfFailedExecution: site.valueOfFailedExecution()
        case .answerBeforeEnd: site.answerBeforeEnd()
        case .staleHit: site.staleHit()
        case .outdatedHit: site.outdatedHit()
        case .hitAfterRemoval: site.hitAfterRemoval()
        case .hitAfterInvalidation: site.hitAfterInvalidation()
        case .joinAfterEnd: site.joinAfterEnd()
        case .joinOfSuperseded: site.joinOfSuperseded()
        case .claimedTwice: site.claimedTwice()
        case .executedBeforeCall: site.executedBeforeCall()
        case .joinInRejectMode: site.joinInRejectMode()
        case .cachedError: site.cachedError()
        default: nil
        }
    }
}
