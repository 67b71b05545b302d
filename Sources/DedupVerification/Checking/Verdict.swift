/// What a gate, or a run, came to.
public enum Verdict: String, CaseIterable, Sendable {
    /// The promise was kept.
    case pass
    /// The promise was broken.
    case fail
    /// There was not enough to tell.
    case inconclusive
    /// The measurement itself cannot be trusted.
    case invalid
}
