package import Evidence
internal import Foundation

/// What a row of `dedupbench micro` must keep: `cache hit, 10000 entries: ratio < 0.9`.
package struct MicroGate: Sendable {
    /// What is asked about: what does not depend on the speed of the machine.
    package enum Figure: String, CaseIterable, Sendable {
        case ratio, allocations, bytes
    }

    /// Why a gate cannot be read, or asked of what was measured, and the remedy.
    package struct Problem: Error, CustomStringConvertible {
        /// The text of the gate with what is wrong.
        package let description: String
    }

    /// As it was written.
    package let text: String
    /// What it is about.
    package let figure: Figure
    private let name: String
    private let isStrict: Bool
    private let limit: Double

    /// Reads a gate.
    ///
    /// - Throws: ``Problem`` when it is no gate.
    package init(_ text: String) throws(Problem) {
        self.text = text
        let pattern = /(?<name>.+):\s*(?<figure>[a-z]+)\s*(?<sign><=|<)\s*(?<limit>[0-9]+(\.[0-9]+)?)/
        guard let match = try? pattern.wholeMatch(in: text), let limit = Double(match.limit),
            let figure = Figure(rawValue: String(match.figure))
        else {
            throw Problem(
                description:
                    "`\(text)` cannot be read; write NAME: FIGURE < LIMIT, where NAME is a part of the name of a row and "
                    + "FIGURE is \(Figure.allCases.map(\.rawValue).joined(separator: ", ")), and < may be <=")
        }
        name = String(match.name)
        isStrict = match.sign == "<"
        (self.limit, self.figure) = (limit, figure)
    }

    /// The rows that it is about: the one of that name, or all that have it in their names; of these, those that have such a
    /// figure.
    ///
    /// - Throws: ``Problem`` if there is none.
    package func concerned(_ rows: [MicroFigure]) throws(Problem) -> [MicroFigure] {
        let exact = rows.filter { $0.title.caseInsensitiveCompare(name) == .orderedSame }
        let named = exact.isEmpty ? rows.filter { $0.title.localizedCaseInsensitiveContains(name) } : exact
        guard !named.isEmpty else {
            let titles = rows.map(\.title).joined(separator: "; ")
            throw Problem(description: "no row that was measured has `\(name)` in its name: \(titles)")
        }
        let concerned = named.filter { value(of: $0) != nil }
        guard !concerned.isEmpty else {
            let titles = named.map(\.title).joined(separator: "; ")
            throw Problem(description: "there is no figure `\(figure.rawValue)` of \(titles)")
        }
        return concerned
    }

    /// What it asks about in a row; nil where the row has no such figure.
    package func value(of row: MicroFigure) -> Double? {
        switch figure {
        case .ratio: row.ratio
        case .allocations: row.allocations
        case .bytes: row.bytes
        }
    }

    /// What a row came to: a ratio passes or fails with its whole interval, of which an end that is not known decides nothing.
    package func verdict(of row: MicroFigure) -> RunVerdict {
        switch figure {
        case .ratio:
            if row.ratioHigh.map(keeps) == true { return .pass }
            return row.ratioLow.map(keeps) == false ? .fail : .inconclusive
        case .allocations, .bytes:
            guard let value = value(of: row) else { return .inconclusive }
            return keeps(value) ? .pass : .fail
        }
    }

    private func keeps(_ value: Double) -> Bool { isStrict ? value < limit : value <= limit }
}
