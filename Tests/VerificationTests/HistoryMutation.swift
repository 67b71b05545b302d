import Verification

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
    func apply(to history: History, plan: SimulationPlan, using random: inout SeededGenerator) -> History? {
        var site = MutationSite(history: history, plan: plan, random: random)
        defer { random = site.random }
        switch self {
        case .overlappingExecution: return site.overlappingExecution()
        case .executionBesideFreshResult: return site.executionBesideFreshResult()
        case .droppedEvictionExcuse: return site.changeEvictionExcuse { $0.remove(at: $1) }
        case .postponedEvictionExcuse:
            return site.changeEvictionExcuse { excuses, index in
                excuses[index].since += 60_000_000_000
                excuses[index].at += 60_000_000_000
            }
        case .prematureExpiry: return site.prematureExpiry()
        case .unknownExecution: return site.changeAnswer { $0.execution = 9_999_999 }
        case .namelessAnswer: return site.changeAnswer { $0.execution = 0 }
        case .namelessFailure:
            return site.changeAnswer { ($0.outcome, $0.execution, $0.value) = (.failed, 0, 0) }
        case .unpromisedStale: return site.changeAnswer { $0.outcome = .stale }
        case .resultOfAnotherKey: return site.resultOfAnotherKey()
        case .valueOfFailedExecution: return site.valueOfFailedExecution()
        case .answerBeforeEnd: return site.answerBeforeEnd()
        case .staleHit: return site.staleHit()
        case .outdatedHit: return site.outdatedHit()
        case .hitAfterRemoval: return site.hitAfterRemoval()
        case .hitAfterInvalidation: return site.hitAfterInvalidation()
        case .joinAfterEnd: return site.joinAfterEnd()
        case .joinOfSuperseded: return site.joinOfSuperseded()
        case .claimedTwice: return site.claimedTwice()
        case .executedBeforeCall: return site.executedBeforeCall()
        case .rejectionWithoutFlight: return site.rejection(wanted: [.reject, .either])
        case .rejectionInJoinMode: return site.rejection(wanted: [.join])
        case .joinInRejectMode: return site.joinInRejectMode()
        case .cachedError: return site.cachedError()
        case .lostCall: return site.changeAnswer { $0.end = 0 }
        case .corruptValue: return site.changeAnswer { $0.value = $0.execution + 1 }
        }
    }
}
