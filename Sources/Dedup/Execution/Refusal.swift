internal import Caching

/// Why a claim gave no seat: the error for the caller, and what it counts as.
struct Refusal {
    let error: DedupError
    let outcome: WritableKeyPath<OutcomeCounts, Int>

    init(
        _ claim: FlightShards.Table.Claim, _ request: Request, _ configuration: DeduplicatorConfiguration,
        at now: MonotonicInstant
    ) {
        let step = request.step
        switch claim {
        case .rejected(let epoch, let startedAt):
            outcome = \.rejected
            error = DedupError(
                .rejected, "Step '\(step)' is running for the same input, and duplicates are refused.",
                executionID: epoch, elapsed: startedAt.duration(to: now))
        case .overdue(let epoch, let startedAt):
            outcome = \.overdue
            error = DedupError(
                .overdue,
                "Step '\(step)' is running for the same input beyond its timeout, and holds its key until it ends.",
                executionID: epoch, elapsed: startedAt.duration(to: now))
        case .tooManyFlights, .tooManyWaiters, .closed:
            outcome = \.refused
            error = Self.limit(claim, step, configuration)
        case .lead, .join, .awaitDrained:
            preconditionFailure("A claim that seats the caller is not a refusal.")
        }
    }

    private static func limit(
        _ claim: FlightShards.Table.Claim, _ step: String, _ configuration: DeduplicatorConfiguration
    ) -> DedupError {
        switch claim {
        case .tooManyFlights:
            DedupError(
                .tooManyFlights, "\(configuration.flightLimit) executions are in progress already (flightLimit).")
        case .tooManyWaiters(let epoch):
            DedupError(
                .tooManyWaiters,
                "\(configuration.waiterLimit) requests wait for step '\(step)' with the same input already "
                    + "(waiterLimit).",
                executionID: epoch)
        default:
            DedupError(.shutDown, "The deduplicator has been shut down and starts no more work.")
        }
    }
}

extension FlightTable.Claim {
    /// The epoch of the flight because of which there is no seat.
    var epochInTheWay: UInt64? {
        switch self {
        case .rejected(let epoch, _), .overdue(let epoch, _), .tooManyWaiters(let epoch): epoch
        case .lead, .join, .awaitDrained, .tooManyFlights, .closed: nil
        }
    }
}
