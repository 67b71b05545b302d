package import DedupVerification
package import Judging
internal import Wording

/// What the calls of a phase came to so far, below the line that says how far it is.
package struct LiveView: Sendable {
    /// How long callers waited, in nanoseconds.
    package struct Times: Sendable {
        package var p50: UInt64
        package var p99: UInt64

        package init(p50: UInt64, p99: UInt64) { (self.p50, self.p99) = (p50, p99) }
    }

    /// The most lines, for which windows have room.
    private static let mostLines = 8

    /// Each paragraph begins a line, and its items are not torn.
    private let paragraphs: [[String]]

    /// A view.
    ///
    /// - Parameters:
    ///   - counts: How many calls had each outcome. Those that no call had are not shown.
    ///   - hits: How long callers waited for hits; nil where there are none.
    ///   - calls: How long they waited for any answer; nil where there is none.
    ///   - allocated: What the subject holds, in bytes; nil where that is not known.
    ///   - gates: How the gates stand. Those that were not measured yet are counted.
    package init(
        counts: VerificationCounts, hits: Times?, calls: Times?, allocated: Int?, gates: [GateResult]
    ) {
        let shares = OutcomeClass.allCases.filter { counts.count(of: $0) > 0 }.map { outcome in
            "\(outcome.name) \(HumanNumber.ratio(Double(counts.count(of: outcome)) / Double(counts.returned)))"
        }
        let times = [("hits", hits), ("calls", calls)].compactMap { name, times in
            times.map { "\(name) p50 \(HumanNumber.time($0.p50)), p99 \(HumanNumber.time($0.p99))" }
        }
        let memory = allocated.map { ["allocated \(HumanNumber.bytes(Double($0)))"] } ?? []
        paragraphs = [shares, times + memory, Self.standing(gates)].filter { !$0.isEmpty }
    }

    private static func standing(_ gates: [GateResult]) -> [String] {
        let known = gates.filter { $0.verdict == .pass || $0.verdict == .fail }
        guard !gates.isEmpty else { return [] }
        let told = known.map { result in
            "\(result.gate.expression) \(result.verdict == .pass ? "holds" : "is broken") so far"
        }
        let rest = gates.count - known.count
        return told + (rest > 0 ? ["\(rest) gate\(rest == 1 ? "" : "s") after the run"] : [])
    }

    /// The lines for a window in which so many columns can be written.
    package func lines(of width: Int) -> [String] {
        var lines: [String] = []
        for paragraph in paragraphs {
            var line = ""
            for item in paragraph {
                let wider = line.isEmpty ? "  " + item : line + "   " + item
                if line.isEmpty || TerminalText.width(wider) <= width {
                    line = wider
                } else {
                    lines.append(line)
                    line = "  " + item
                }
            }
            lines.append(line)
        }
        return lines.prefix(Self.mostLines).map { TerminalText.truncated(TerminalText.sanitised($0), to: width) }
    }
}
