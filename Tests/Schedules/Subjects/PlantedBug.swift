/// A bug that the schedules must find. Each is a classic of deduplication.
enum PlantedBug: String, CaseIterable, Sendable {
    /// Looks into the cache, suspends, and then claims the flight without looking again.
    case checkThenAct = "check-then-act"
    /// Removes the flight first and publishes its result a suspension later.
    case latePublication = "late-publication"
    /// Invalidation forgets the cached result but not the execution that is about to bring it back.
    case forgottenFlight = "forgotten-flight"
    /// Wakes all waiters but the last one.
    case droppedWaiter = "dropped-waiter"
    /// A superseded execution overwrites the result of its successor.
    case lateResult = "late-result"
    /// The end of a superseded execution removes the flight of its successor.
    case strangersFlight = "strangers-flight"
    /// Serves results past their time to live.
    case staleHit = "stale-hit"
    /// Serves a failure from the cache.
    case cachedFailure = "cached-failure"
    /// A request inside a step is made from a task that does not belong to it, so that the circle is not seen.
    case hiddenRecursion = "hidden-recursion"
    /// A failure leaves its flight behind, and later requests wait for it for ever.
    case stuckFailure = "stuck-failure"
}
