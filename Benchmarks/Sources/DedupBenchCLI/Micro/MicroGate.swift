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

    /// The rows that it is about: the one of that name, or all that have it in their names; of these, those that have such a
    /// figure.
    ///
    /// - Throws: ``Failure`` with code 64 if there is none.
    func concerned(_ results: [MicroResult]) throws(Failure) -> [MicroResult] {
        let titles = results.map { MicroFigure($0).title }
        let exact = zip(results, titles).filter { $1.caseInsensitiveCompare(name) == .orderedSame }
        let parts = exact.isEmpty ? zip(results, titles).filter { $1.localizedCaseInsensitiveContains(name) } : exact
        guard !parts.isEmpty else {
            throw Failure(
                "--gate: no row that was measured has `\(name)` in its name: \(titles.joined(separator: "; "))", .usage)
        }
        let rows = parts.map(\.0).filter { value(of: $0) != nil }
        guard !rows.isEmpty else {
            throw Failure(
                "--gate: there is no figure `\(figure.rawValue)` of \(parts.map(\.1).joined(separator: "; "))", .usage)
        }
        return rows
    }

    private func value(of result: MicroResult) -> Double? {
        switch figure {
        case .ratio: result.ratio?.value
        case .allocations: result.allocations
        case .bytes: result.bytes
        }
    }

    /// What a row came to: a ratio passes or fails with its whole interval.
    func verdict(of result: MicroResult) -> RunVerdict {
        switch figure {
        case .ratio:
            guard let ratio = result.ratio else { return .inconclusive }
            return keeps(ratio.high) ? .pass : keeps(ratio.low) ? .inconclusive : .fail
        case .allocations, .bytes: return counted(value(of: result))
        }
    }

    private func counted(_ value: Double?) -> RunVerdict { value.map { keeps($0) ? .pass : .fail } ?? .inconclusive }

    private func keeps(_ value: Double) -> Bool { isStrict ? value < limit : value <= limit }

    /// The line for people.
    func line(_ result: MicroResult, _ verdict: RunVerdict) -> String {
        let observed = figure == .ratio ? MicroTable.ratio(result.ratio) : HumanNumber.plain(value(of: result))
        return "\(verdict.rawValue.uppercased())  \(text)  \(MicroFigure(result).title): \(observed)\n"
    }
}
