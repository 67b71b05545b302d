public import Dedup

extension ExecutionEvent {
    /// One event of each kind, in the order of the kinds: for tests of what handles events.
    ///
    /// Its execution has the number 5 and the epoch 6, and took as many seconds as the kind has predecessors; a hit is as
    /// many seconds old.
    ///
    /// - Parameters:
    ///   - step: The step of all of them.
    ///   - error: What the failed execution threw.
    public static func oneOfEach(
        step: String = "a", error: any Error = CancellationError()
    ) -> [ExecutionEvent] {
        Kind.allCases.enumerated().map { number, kind in
            let endsExecution = [.executionCompleted, .executionFailed, .executionSuperseded].contains(kind)
            return ExecutionEvent(
                kind, step: step, fingerprint: Fingerprint(words: (0x0bad_cafe_0123_4567, 2, 3, 4)), executionID: 5,
                epoch: 6, time: WallTime(nanosecondsSinceEpoch: 7),
                duration: endsExecution ? .seconds(number) : nil, age: kind == .cacheHit ? .seconds(number) : nil,
                error: kind == .executionFailed ? error : nil)
        }
    }
}
