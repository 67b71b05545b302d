internal import Caching

extension Deduplicator {
    /// How serving came to an end.
    package struct ServingEnd: Sendable {
        /// Whether every execution had ended, and every record was written, within the grace time.
        package let isComplete: Bool
        /// What ``Deduplicator/run()`` ended with; nil if it had not ended within the grace time.
        package let run: Result<Void, any Error>?
    }

    /// Runs the background work until `stop` returns and then shuts down, all within `grace` from there, whatever the
    /// record store does: the shutdown comes before the end of the background work, which is not waited for any longer.
    package func serve(until stop: () async -> Void, grace: Duration) async -> ServingEnd {
        let end = OneShot<Result<Void, any Error>?>()
        let running = Task { end.fulfil(await Result { try await run() }) }
        await stop()
        let deadline = time.now.advanced(by: grace)
        let isComplete = await shutdown(grace: grace)
        running.cancel()
        return ServingEnd(isComplete: isComplete, run: await flightShards.value(of: end, by: deadline, otherwise: nil))
    }
}
