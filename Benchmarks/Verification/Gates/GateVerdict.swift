/// What a gate, or a run, came to.
package enum GateVerdict: String, CaseIterable, Sendable {
    /// The promise was kept.
    case pass
    /// The promise was broken.
    case fail
    /// There was not enough to tell.
    case inconclusive
    /// The measurement itself cannot be trusted.
    case invalid

    /// The verdict of several: a proven failure stands whatever else went wrong; then an invalid measurement, then an
    /// inconclusive one. Of nothing, nothing was proven: inconclusive.
    package static func combined(_ verdicts: some Sequence<GateVerdict>) -> GateVerdict {
        var worst: GateVerdict?
        for verdict in verdicts where verdict.severity >= worst?.severity ?? 0 { worst = verdict }
        return worst ?? .inconclusive
    }

    /// The exit code of a run that came to this: 0 pass, 2 fail, 75 (try again) otherwise.
    package var exitCode: Int32 {
        switch self {
        case .pass: 0
        case .fail: 2
        case .inconclusive, .invalid: 75
        }
    }

    private var severity: Int {
        switch self {
        case .pass: 0
        case .inconclusive: 1
        case .invalid: 2
        case .fail: 3
        }
    }
}
