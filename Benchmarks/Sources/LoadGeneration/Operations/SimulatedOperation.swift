internal import Measurement
package import Workloads

/// Waits for the request's drawn time, then returns a value of its drawn size or fails, as the workload declares.
///
/// A wait shorter than ``spinLimit`` is spun, because no timer is that exact; a longer one leaves the thread free, or
/// blocks it where the subject blocks.
package final class SimulatedOperation: OperationBody {
    /// Waits up to here are spun: 20 us.
    package static let spinLimit: UInt32 = 20_000

    /// An operation; it holds nothing.
    package init() {}

    package func execute(_ request: Request, blocking: Bool) async throws -> Int {
        if request.latency > 0 { try await wait(request.latency, blocking: blocking) }
        if request.fails { throw DeclaredFailure() }
        return Int(request.valueSize)
    }

    private func wait(_ nanoseconds: UInt32, blocking: Bool) async throws {
        if nanoseconds <= Self.spinLimit {
            let end = MonotonicClock.now() + UInt64(nanoseconds)
            while MonotonicClock.now() < end {}
        } else if blocking {
            ThreadSleep.sleep(UInt64(nanoseconds))
        } else {
            try await Task.sleep(nanoseconds: UInt64(nanoseconds))
        }
    }
}
