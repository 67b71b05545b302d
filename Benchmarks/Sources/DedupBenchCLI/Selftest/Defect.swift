/// What can be wrong with a deduplicating subject: each is planted in ``DefectiveSubject``, to see that it is caught.
package enum Defect: String, CaseIterable, Sendable {
    /// Nothing: the honest subject, which must pass wherever the others must not.
    case honest
    case noDeduplication = "no-deduplication"
    case checkThenAct = "check-then-act"
    case earlyRelease = "early-release"
    case lostWaiter = "lost-waiter"
    case refusedDuplicate = "refused-duplicate"
    case cachedError = "cached-error"
    case unexplainedError = "unexplained-error"
    case staleResult = "stale-result"
    case staleAnswer = "stale-answer"
    case earlyExpiry = "early-expiry"
    case forgottenResult = "forgotten-result"
    case otherKey = "other-key"
    case otherValue = "other-value"
    case wrongCounter = "wrong-counter"
    case slowHits = "slow-hits"
    case sometimesSlowHits = "sometimes-slow-hits"
    case leakedObject = "leaked-object"
    case unboundedMap = "unbounded-map"
    case ignoredCapacity = "ignored-capacity"

    /// One line for people.
    var summary: String {
        switch self {
        case .honest: "does all it promises"
        case .noDeduplication: "executes every call"
        case .checkThenAct: "does not see what is being executed already"
        case .earlyRelease: "lets its key go before the result can be found"
        case .lostWaiter: "forgets one of its waiters"
        case .refusedDuplicate: "refuses duplicates though it promised to join them"
        case .cachedError: "answers with errors of executions that are long over"
        case .unexplainedError: "fails one hit in ten with an error of its own"
        case .staleResult: "serves results past their time to live"
        case .staleAnswer: "calls results stale that it should not serve at all"
        case .earlyExpiry: "drops results as expired before they are"
        case .forgottenResult: "evicts each result at once, and says so"
        case .otherKey: "answers with the result of another key"
        case .otherValue: "answers with another value than the execution made"
        case .wrongCounter: "counts a hit that never was"
        case .slowHits: "takes 60 ms for a hit"
        case .sometimesSlowHits: "takes 60 ms for one hit in ten"
        case .leakedObject: "leaks one object an operation"
        case .unboundedMap: "remembers every request in a map that nothing is ever taken from"
        case .ignoredCapacity: "never evicts"
        }
    }
}
