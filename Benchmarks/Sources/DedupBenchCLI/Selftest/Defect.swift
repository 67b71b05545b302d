internal import Workloads

/// What can be wrong with a deduplicating subject, or with the harness: each is planted, to see that it is caught.
package enum Defect: String, CaseIterable, Sendable {
    /// Nothing: the honest subject, which must pass wherever the others must not.
    case honest
    case noDeduplication = "no-deduplication"
    case checkThenAct = "check-then-act"
    case earlyRelease = "early-release"
    case briefGap = "brief-gap"
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
    case hiddenRelease = "hidden-release"
    case smallerCapacity = "smaller-capacity"
    case keptEvicted = "kept-evicted"
    case resurrectedResult = "resurrected-result"
    case ttlOffByOne = "ttl-off-by-one"
    case droppedSecret = "dropped-secret"
    case inventedAnswer = "invented-answer"
    case swallowedError = "swallowed-error"
    case earlyAnswer = "early-answer"
    case mislabelledHit = "mislabelled-hit"
    case mislabelledJoin = "mislabelled-join"
    case lateWakeup = "late-wakeup"
    case ignoredInvalidation = "ignored-invalidation"
    case lateEpoch = "late-epoch"
    case missedResult = "missed-result"
    case cancelledForAll = "cancelled-for-all"
    case givenUp = "given-up"
    case slowHits = "slow-hits"
    case sometimesSlowHits = "sometimes-slow-hits"
    case rarelySlowHits = "rarely-slow-hits"
    case fewerRequests = "fewer-requests"
    case slowerArrivals = "slower-arrivals"
    case wrongSkew = "wrong-skew"
    case leakedObject = "leaked-object"
    case rarelyLeakedObject = "rarely-leaked-object"
    case unboundedMap = "unbounded-map"
    case ignoredCapacity = "ignored-capacity"
    case tooSlow = "too-slow"
    case floodedExcuses = "flooded-excuses"
    case lateReleases = "late-releases"
    case stalledReleases = "stalled-releases"
    case missedEvents = "missed-events"
    case starvedClients = "starved-clients"
    case unreadableMemory = "unreadable-memory"

    /// Whether the harness is what is broken, and the subject honest: the load is then not that of the scenario.
    package var isOfGenerator: Bool {
        switch self {
        case .fewerRequests, .slowerArrivals, .wrongSkew, .lateReleases, .stalledReleases, .missedEvents,
            .starvedClients, .unreadableMemory:
            true
        default: false
        }
    }

    /// Whether what comes of it proves nothing, of whichever of both it is.
    package var isInvalid: Bool { isOfGenerator || self == .floodedExcuses }

    /// What the generator sends for a phase, instead of what it says.
    func misdraw(_ phase: inout Phase) {
        switch self {
        case .fewerRequests: phase.operations = phase.operations.map { $0 - 1 }
        case .slowerArrivals: phase.rate = phase.rate.map { ArrivalRate(perSecond: $0.perSecond * 0.8) }
        case .wrongSkew: phase.keys?.skew = 1.1
        default: break
        }
    }

    /// One line for people.
    var summary: String {
        switch self {
        case .honest: "does all it promises"
        case .noDeduplication: "executes every call"
        case .checkThenAct: "does not see what is being executed already"
        case .earlyRelease: "lets its key go before the result can be found"
        case .briefGap: "lets its key go 50 us before the result can be found"
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
        case .hiddenRelease: "lets its key go before the result can be found, and calls that an eviction"
        case .smallerCapacity: "evicts when a tenth of its capacity is used"
        case .keptEvicted: "serves results that it has evicted"
        case .resurrectedResult: "serves an evicted result though there is a newer one"
        case .ttlOffByOne: "serves results for a millisecond too long"
        case .droppedSecret: "takes two keys for one that differ in their last bit alone"
        case .inventedAnswer: "answers one hit in ten with a value that no execution made"
        case .swallowedError: "answers with a value where the execution has failed"
        case .earlyAnswer: "answers before the execution has ended"
        case .mislabelledHit: "calls hits joined"
        case .mislabelledJoin: "calls joined calls executed"
        case .lateWakeup: "wakes one waiter in twenty flights two seconds late"
        case .ignoredInvalidation: "keeps results that are invalidated"
        case .lateEpoch: "keeps the result of an execution during which its key was invalidated"
        case .missedResult: "finds nothing when it is asked for what is cached"
        case .cancelledForAll: "ends an execution for all when the caller that started it cancels"
        case .givenUp: "gives up one hit in ten that was not cancelled"
        case .slowHits: "takes 60 ms for a hit"
        case .sometimesSlowHits: "takes 60 ms for one hit in ten"
        case .rarelySlowHits: "takes 60 ms for one hit in fifty"
        case .fewerRequests: "the generator makes one request less than it says"
        case .slowerArrivals: "the generator makes requests at four fifths of the rate that it says"
        case .wrongSkew: "the generator draws keys with a skew of 1.1 and says 0.9"
        case .leakedObject: "leaks one object an operation"
        case .rarelyLeakedObject: "leaks 48 bytes in every thousandth operation"
        case .unboundedMap: "remembers every request in a map that nothing is ever taken from"
        case .ignoredCapacity: "never evicts"
        case .tooSlow: "takes 60 ms for each call, and is called 2,000 times a second"
        case .floodedExcuses: "reports each eviction fifty times, so that the history has no room"
        case .lateReleases: "the generator releases requests up to 80 ms late"
        case .stalledReleases: "the generator releases requests every 300 ms"
        case .missedEvents: "the generator sends herds 10 ms after the event"
        case .starvedClients: "the generator has one thread for all clients, which block"
        case .unreadableMemory: "the generator cannot read memory"
        }
    }
}
