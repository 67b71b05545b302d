/// Calls and executions as bars on one time line, for a terminal.
struct IntervalDiagram: CustomStringConvertible {
    private struct Row {
        let label: String
        let begin: UInt64
        let end: UInt64?
        let note: String
    }

    private static let width = 48
    /// The most rows that are drawn; of more, those in the middle are left out.
    private static let mostRows = 40
    private let rows: [Row]

    init(executions: [Execution], calls: [Call], excuses: [Excuse] = []) {
        let ran = executions.map { execution in
            Row(
                label: "execution \(execution.id) of key \(execution.key)", begin: execution.begin,
                end: execution.ended ? execution.end : nil,
                note: execution.ended ? (execution.succeeded ? "succeeded" : "failed") : "never ended")
        }
        let called = calls.map { call in
            Row(
                label: "call \(call.request) of key \(call.key)", begin: call.start,
                end: call.hasReturned ? call.end : nil, note: Self.note(call))
        }
        let excused = excuses.map { excuse in
            Row(
                label: "\(excuse.kind.name) key \(excuse.key)", begin: excuse.since, end: excuse.at,
                note: excuse.execution == 0 ? "" : "execution \(excuse.execution)")
        }
        rows = (ran + called + excused).sorted { ($0.begin, $0.label) < ($1.begin, $1.label) }
    }

    var isEmpty: Bool { rows.isEmpty }

    var description: String {
        let origin = rows.map(\.begin).min() ?? 0
        let last = rows.map { max($0.begin, $0.end ?? $0.begin) }.max() ?? origin
        let labelWidth = rows.map(\.label.count).max() ?? 0
        var lines = rows.map { row in
            let label = row.label + String(repeating: " ", count: labelWidth - row.label.count)
            let span = "\(Self.time(row.begin - origin)) .. \(row.end.map { Self.time($0 - origin) } ?? "?")"
            let note = row.note.isEmpty ? "" : "  \(row.note)"
            return "  \(label)  \(Self.bar(row, origin: origin, last: last))  \(span)\(note)"
        }
        let surplus = lines.count - Self.mostRows
        if surplus > 0 {
            lines.replaceSubrange(
                Self.mostRows / 2..<Self.mostRows / 2 + surplus, with: ["  ... and \(surplus) more ..."])
        }
        return lines.joined(separator: "\n")
    }

    private static func bar(_ row: Row, origin: UInt64, last: UInt64) -> String {
        let span = max(1, Double(last - origin))
        let column = { (time: UInt64) in Int(Double(time - origin) / span * Double(width - 1)) }
        let first = column(row.begin)
        let final = row.end.map { max(first, column(max($0, row.begin))) } ?? width - 1
        var cells = [Character](repeating: " ", count: width)
        for cell in first...final { cells[cell] = "=" }
        cells[first] = final == first ? "|" : "["
        if final > first { cells[final] = row.end == nil ? ">" : "]" }
        return String(cells)
    }

    private static func note(_ call: Call) -> String {
        guard call.hasReturned else { return "never returned" }
        return call.execution == 0 ? call.outcome.name : "\(call.outcome.name) (execution \(call.execution))"
    }

    /// A time span with three digits and the unit that suits it.
    static func time(_ nanoseconds: UInt64) -> String {
        let units: [(String, Double)] = [("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9)]
        let value = Double(nanoseconds)
        let unit = units.last { value >= $0.1 } ?? units[0]
        let scaled = value / unit.1
        let factor = scaled >= 100 ? 1.0 : scaled >= 10 ? 10 : 100
        let rounded = (scaled * factor).rounded() / factor
        return (rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)) + " " + unit.0
    }
}
