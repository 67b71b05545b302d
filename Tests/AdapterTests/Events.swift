import Dedup

/// An error whose text is a secret.
struct SecretError: Error, CustomStringConvertible {
    var description: String { "hunter2" }
}

extension ExecutionEvent {
    /// One event of each kind, in the order of the kinds.
    static func oneOfEach(step: String = "a") -> [ExecutionEvent] {
        let details = Details(
            step: step, fingerprint: Fingerprint(words: (0x0bad_cafe_0123_4567, 2, 3, 4)), executionID: 5, epoch: 6,
            time: WallTime(nanosecondsSinceEpoch: 7))
        return [
            .executionStarted(details),
            .executionCompleted(details, duration: .seconds(2)),
            .executionFailed(details, duration: .seconds(3), error: SecretError()),
            .executionJoined(details),
            .executionRejected(details),
            .executionSuperseded(details, duration: .seconds(4)),
            .cacheHit(details, age: .seconds(5)),
            .cacheEvicted(details),
            .cacheExpired(details),
        ]
    }
}
