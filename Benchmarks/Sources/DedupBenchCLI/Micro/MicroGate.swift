internal import Foundation
internal import Judging
internal import Statistics
internal import Wording

/// What a row of `dedupbench micro` must keep: `cache hit, 10000 entries: ratio < 0.9`.
struct MicroGate {
    /// What is asked about: what does not depend on the speed of the machine.
    enum Figure: String, CaseIterable {
        case ratio, allocations, bytes
    }

    /// As it was written.
    let text: String
    private let name: String
    private let figure: Figure
    private let isStrict: Bool
    private let limit: Double

    /// Reads a gate.
    ///
    /// - Throws: ``Failure`` with code 64.
    init(_ text: String) throws(Failure) {
        self.text = text
        let pattern = /(?<name>.+):\s*(?<figure>[a-z]+)\s*(?<sign><=|<)\s*(?<limit>[0-9]+(\.[0-9]+)?)/
        guard let match = try? pattern.wholeMatch(in: text), let limit = Double(match.limit),
            let figure = Figure(rawValue: String(match.figure))
        else {
            throw Failure(
                "--gate: `\(text)` cannot be read; write NAME: FIGURE < LIMIT, where NAME is a part of the name of a row and "
                    + "FIGURE is \(Figure.allCases.map(\.rawValue).joined(separator: ", ")), and < may be <=", .usage)
        }
        name = String(match.name)
        isStrict = match.sign == "<"
        (self.limit, self.figure) = (limit, figure)
    }

    /// Whether a row has it in its name.
    func concerns(_ title: String) -> Bool { title.localizedCaseInsensitiveContains(name) }

    /// What a row came to: a ratio passes or fails with its whole interval.
    func verdict(of result: MicroResult) -> RunVerdict {
        switch figure {
        case .ratio:
            guard let ratio = result.ratio else { return .inconclusive }
            return keeps(ratio.high) ? .pass : keeps(ratio.low) ? .inconclusive : .fail
        case .allocations: return counted(result.allocations)
        case .bytes: return counted(result.bytes)
        }
    }

    private func counted(_ value: Double?) -> RunVerdict { value.map { keeps($0) ? .pass : .fail } ?? .inconclusive }

    private func keeps(_ value: Double) -> Bool { isStrict ? value < limit : value <= limit }

    /// The line for people.
    func line(_ result: MicroResult, _ verdict: RunVerdict) -> String {
        let observed: String =
            switch figure {
            case .ratio:
                result.ratio.map {
                    "\(HumanNumber.plain($0.value)) (\(HumanNumber.plain($0.low)) to \(HumanNumber.plain($0.high)))"
                } ?? HumanNumber.missing
            case .allocations: HumanNumber.plain(result.allocations)
            case .bytes: HumanNumber.plain(result.bytes)
            }
        return "\(verdict.rawValue.uppercased())  \(text)  \(MicroFigure(result).title): \(observed)\n"
    }
}
