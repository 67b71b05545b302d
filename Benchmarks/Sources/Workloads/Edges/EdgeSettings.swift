package import DedupVerification

/// What the herds of a phase are locked to: each herd comes at the same event in the life of a key, some time before or after.
package struct EdgeSettings: Hashable, Sendable {
    /// An event at which a deduplicator changes what it answers with.
    package enum Event: String, CaseIterable, Hashable, Sendable {
        /// The first call for a key begins, and no execution is running yet.
        case start
        /// The execution ends, and its result becomes what is cached.
        case publication
        /// The execution fails, and nothing is cached.
        case failure
        /// The result's time to live has passed.
        case expiry
        /// The result is given up for lack of room.
        case eviction
        /// The key is invalidated.
        case invalidation
        /// The caller that caused the execution gives up because its deadline passes; the execution goes on.
        case deadline
        /// The caller that caused the execution gives up because it is cancelled.
        case cancellation

        /// What the subject must be able to do besides answering calls; nil: nothing.
        package var verb: CallVerb? {
            switch self {
            case .start, .publication, .failure, .expiry, .eviction: nil
            case .invalidation: .invalidate
            case .deadline: .deadline
            case .cancellation: .cancel
            }
        }

        /// How many clients are no part of the herd: the one whose call makes the execution, and one that invalidates.
        package var leaders: Int { self == .invalidation ? 2 : 1 }
    }

    /// The longest time that is swept on either side: 10 s.
    static let longestSweep = Duration.seconds(10)
    /// The most steps of the sweep.
    package static let mostSteps = 400

    /// The event.
    package var at = Event.publication
    /// How long before the event the first herds come, and how long after it the last ones; default 1 ms.
    package var sweep = Duration.milliseconds(1)
    /// How many steps the whole of that is divided into, in which herds are counted apart; default 40.
    package var steps = 40

    package init() {}
}
