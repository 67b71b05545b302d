package import DedupVerification

/// What callers want besides results: shares of the requests, drawn for each request.
package struct VerbSettings: Hashable, Sendable {
    /// How many ask for what is cached, and for nothing else.
    package var get = Share(percent: 0)
    /// How many invalidate their key.
    package var invalidate = Share(percent: 0)
    /// How many cancel their call when they have waited as long as ``patience`` says.
    package var cancel = Share(percent: 0)
    /// How many give their call that long as a deadline.
    package var deadline = Share(percent: 0)
    /// How long a caller waits that cancels or has a deadline.
    package var patience = Distribution<Duration>.exponential(mean: .milliseconds(1))

    package init() {}

    /// The share of each verb that is no plain call.
    package var shares: [(verb: CallVerb, share: Double)] {
        [
            (.get, get.fraction), (.invalidate, invalidate.fraction), (.cancel, cancel.fraction),
            (.deadline, deadline.fraction),
        ]
    }

    /// The verbs that are asked for.
    package var used: Set<CallVerb> { Set(shares.filter { $0.share > 0 }.map(\.verb)) }
}
