/// Something to be measured: a closure that does its work as many times as it is told.
///
/// The loop is the body's own, so that calling a closure is not part of what is measured. It must use its results in a way
/// that the compiler cannot remove.
package struct MicroBody: Sendable {
    enum Work: Sendable {
        case blocking(@Sendable (Int) -> Void)
        case suspending(@Sendable (Int) async -> Void)
    }

    /// The name in the report.
    package let name: String
    let work: Work

    /// A body that never suspends. On several threads it is called on all of them at once.
    package init(_ name: String, _ body: @escaping @Sendable (_ iterations: Int) -> Void) {
        self.name = name
        work = .blocking(body)
    }

    /// A body that may suspend. It runs on the measuring thread: tasks that it starts elsewhere do not.
    package init(suspending name: String, _ body: @escaping @Sendable (_ iterations: Int) async -> Void) {
        self.name = name
        work = .suspending(body)
    }

    /// Does the work on the calling thread and returns how long it took, in nanoseconds.
    func time(_ iterations: Int) -> UInt64 {
        switch work {
        case .blocking(let body):
            let start = MonotonicClock.now()
            body(iterations)
            return MonotonicClock.now() - start
        case .suspending(let body):
            return CallerExecutor().run {
                let start = MonotonicClock.now()
                await body(iterations)
                return MonotonicClock.now() - start
            }
        }
    }
}
