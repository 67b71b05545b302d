package import DedupVerification

/// What a subject, or a whole run, came to.
package enum RunVerdict: String, CaseIterable, Sendable {
    /// Every promise was kept.
    case pass
    /// There was not enough to tell.
    case inconclusive
    /// The measurement itself cannot be trusted.
    case invalid
    /// The run was stopped before its end; what it saw until then proves nothing.
    case interrupted
    /// The subject stopped answering.
    case hung
    /// A promise or a gate was broken, or the subject did not keep up with the rate.
    case fail

    /// The verdict of a finished measurement.
    package init(_ verdict: Verdict) {
        self =
            switch verdict {
            case .pass: .pass
            case .fail: .fail
            case .inconclusive: .inconclusive
            case .invalid: .invalid
            }
    }

    /// The verdict of several: the last of them in the order of the cases. Of nothing, nothing was proven.
    package static func combined(_ verdicts: some Sequence<RunVerdict>) -> RunVerdict {
        verdicts.max { $0.severity < $1.severity } ?? .inconclusive
    }

    /// The exit code: 0 pass, 2 fail, 3 hung, 75 (try again) inconclusive or invalid, 130 interrupted.
    package var exitCode: Int32 {
        switch self {
        case .pass: 0
        case .fail: 2
        case .hung: 3
        case .inconclusive, .invalid: 75
        case .interrupted: 130
        }
    }

    private var severity: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
