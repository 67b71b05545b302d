internal import ArgumentParser
internal import Evidence
internal import Judging
internal import Workloads

/// How far the load of a run may be from the declared one. What was asked for stays with a run, as its gates do.
struct AuditOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How late 1 % of the requests of an open loop may be sent, or wait for a client: beyond that the phase is INVALID, or "
                + "FAILs if the subject does not keep up. Default: 50ms; of a stored run, its own.", valueName: "time"))
    var lagLimit: String?

    /// What is asked for, or the default.
    ///
    /// - Throws: ``Failure`` with code 64 for what is no time.
    func limits() throws(Failure) -> AuditLimits {
        try lagNanoseconds().map { AuditLimits(lag: .nanoseconds($0)) } ?? AuditLimits()
    }

    /// What is asked for, in nanoseconds; nil where nothing is.
    ///
    /// - Throws: ``Failure`` with code 64 for what is no time.
    func lagNanoseconds() throws(Failure) -> UInt64? {
        guard let limit = try OptionText.time(lagLimit, "--lag-limit") else { return nil }
        guard RunEvidence.lagLimits.contains(limit.nanoseconds) else {
            throw Failure("--lag-limit: must be longer than nothing, and an hour at most", .usage)
        }
        return limit.nanoseconds
    }
}
