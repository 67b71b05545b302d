/// How a phase ended.
package enum PhaseEnding: String, Hashable, Sendable {
    /// It did what it was to do.
    case completed
    /// The history was full before the time was up: everything until then is valid and complete.
    case historyFull = "history_full"
    /// It was interrupted; what was measured until then is kept.
    case stopped
    /// The subject made no progress for as long as the watchdog waits.
    case hung
}
