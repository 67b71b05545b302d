internal import ArgumentParser
internal import Workloads

/// How far the load of a run may be from the declared one. The evidence keeps what was asked for, as it keeps gates.
struct AuditOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How late 1 % of the requests of an open loop may be sent, or wait for a client, before the phase is INVALID. "
                + "Default: 50ms, or that of the run.", valueName: "time"))
    var lagLimit: String?

    /// What is asked for, in nanoseconds; nil where nothing is.
    ///
    /// - Throws: ``Failure`` with code 64 for what is no time.
    func lagNanoseconds() throws(Failure) -> UInt64? {
        guard let limit = try OptionText.time(lagLimit, "--lag-limit") else { return nil }
        guard limit > .zero else { throw Failure("--lag-limit: must be longer than nothing", .usage) }
        return limit.nanoseconds
    }
}
