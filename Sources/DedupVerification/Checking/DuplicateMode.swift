/// What the subject promises to do with a call whose key is being executed.
public enum DuplicateMode: String, CaseIterable, Sendable {
    /// It waits for the running execution.
    case join
    /// It is refused at once.
    case reject
    /// Either, as each call asks.
    case either
    /// Neither: the subject has no notion of a running execution.
    case none

    var allowsJoins: Bool { self == .join || self == .either }
    var allowsRejections: Bool { self == .reject || self == .either }
}
