/// Judges whether all calls were answered in time, in schedules where time passes only when nothing can run.
struct PromptnessOracle {
    /// Nanoseconds: every time stamp costs one, and nothing else does.
    private static let allowance: UInt64 = 5_000

    private(set) var problems: [String] = []

    init(_ evidence: Evidence) {
        guard evidence.program.pace.isPrompt else { return }
        for call in evidence.calls {
            guard let end = call.end else { continue }
            if let deadline = call.deadline, end > call.start + deadline + Self.allowance {
                problems.append("\(call.name) returned \(end - call.start - deadline) ns after its deadline")
            }
            if let cancelledAt = call.cancelledAt, end > max(call.start, cancelledAt) + Self.allowance {
                problems.append("\(call.name) returned \(end - cancelledAt) ns after it was cancelled")
            }
        }
        guard let shutdown = evidence.shutdown, let end = shutdown.end else { return }
        if end > shutdown.start + shutdown.grace + Self.allowance {
            problems.append("shutdown took \(end - shutdown.start) ns, with \(shutdown.grace) ns of grace")
        }
    }
}
