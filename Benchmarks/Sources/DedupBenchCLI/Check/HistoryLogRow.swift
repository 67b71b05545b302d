internal import DedupVerification
internal import Foundation
internal import Workloads

/// The unit of the times in a log.
package enum TimeUnit: String, CaseIterable, Sendable {
    case nanoseconds = "ns"
    case microseconds = "us"
    case milliseconds = "ms"
    case seconds = "s"

    /// How many digits behind the point there are down to a nanosecond.
    var digits: Int {
        switch self {
        case .nanoseconds: 0
        case .microseconds: 3
        case .milliseconds: 6
        case .seconds: 9
        }
    }
}

/// One line of a log, as text by the names of its columns.
struct HistoryLogRow {
    enum Kind: String, CaseIterable { case call, execution, excuse }

    static let known: Set = ["type", "key", "start", "end", "execution", "outcome", "succeeded", "kind"]

    private let file: String
    private let line: Int
    private let unit: TimeUnit
    private var fields: [String: String] = [:]
    /// Columns that mean nothing here.
    private(set) var ignored: Set<String> = []

    /// The names of the columns.
    static func header(_ text: String, file: String) throws -> [String] {
        let names = try CSVLine(text: text, file: file, number: 1).fields.map(String.init)
        for (position, name) in names.enumerated() where names[..<position].contains(name) {
            throw HistoryLogError(
                file: file, line: 1, field: name, "the header names this column twice; leave one out")
        }
        for name in ["type", "key", "start", "end"] where !names.contains(name) {
            throw HistoryLogError(
                file: file, line: 1, field: name,
                "no such column in the header, which names \(names.joined(separator: ", ")); needed are type, key, start, "
                    + "end and execution")
        }
        return names
    }

    init(csv text: String, header: [String], file: String, line: Int, unit: TimeUnit) throws {
        (self.file, self.line, self.unit) = (file, line, unit)
        let values = try CSVLine(text: text, file: file, number: line).fields
        guard values.count == header.count else {
            throw HistoryLogError(
                file: file, line: line, "the header names \(header.count) columns, this line has \(values.count)")
        }
        for (name, value) in zip(header, values) { set(name, String(value)) }
    }

    init(json text: String, file: String, line: Int, unit: TimeUnit) throws {
        (self.file, self.line, self.unit) = (file, line, unit)
        let members: [String: JSONField]
        do {
            members = try JSONDecoder().decode(JSONLine.self, from: Data(text.utf8)).fields
        } catch {
            throw HistoryLogError(
                file: file, line: line,
                "this is no JSON object whose members are texts, numbers of fewer than 38 digits, true, false and null; write one "
                    + "object a line"
            )
        }
        for (name, value) in members { set(name, value.text) }
    }

    private mutating func set(_ name: String, _ value: String) {
        if !Self.known.contains(name) { ignored.insert(name) }
        if !value.isEmpty { fields[name] = value }
    }

    /// The text of a field; nil if it is missing or empty.
    func text(_ name: String) -> String? { fields[name] }

    /// The text of a field that must be there.
    func required(_ name: String) throws -> String {
        guard let text = fields[name] else { throw error(name, "is missing") }
        return text
    }

    var type: Kind { get throws { try choice("type", try required("type"), among: Kind.allCases, by: \.rawValue) } }

    var kind: ExcuseKind {
        get throws { try choice("kind", try required("kind"), among: ExcuseKind.allCases, by: \.name) }
    }

    /// How a call was answered; nil if the log does not say.
    var outcome: OutcomeClass? {
        get throws {
            try text("outcome").map { try choice("outcome", $0, among: OutcomeClass.allCases, by: \.name) }
        }
    }

    /// Whether an execution has returned a value.
    var succeeded: Bool {
        get throws {
            if text("outcome") != nil {
                throw error("outcome", "belongs to calls; an execution that failed has `false` in the column succeeded")
            }
            return try choice("succeeded", text("succeeded") ?? "true", among: [true, false], by: \.description)
        }
    }

    /// The value of which a field has the name.
    private func choice<Value>(
        _ field: String, _ text: String, among values: [Value], by name: (Value) -> String
    ) throws -> Value {
        if let value = values.first(where: { name($0) == text }) { return value }
        let names = values.map(name).joined(separator: ", ")
        throw error(field, "is `\(text.prefix(40))`; use one of \(names)")
    }

    // MARK: - Times

    func requiredTime(_ name: String) throws -> UInt64 {
        guard let time = try time(name) else { throw error(name, "is missing") }
        return time
    }

    /// When it ended, which is no earlier than it began; nil if it never did.
    func end(after start: String) throws -> UInt64? {
        guard let end = try time("end") else { return nil }
        if let start = try time(start), end < start { throw error("end", "is before the start") }
        return end
    }

    /// The smallest step that the times of this line can tell, in nanoseconds; nil if it has none.
    var resolution: UInt64? {
        ["start", "end"].compactMap { fields[$0] }.map { text in
            let digits = text.contains("T") ? 9 : unit.digits
            let written = text.split(whereSeparator: { ".,".contains($0) }).dropFirst().first ?? ""
            return (written.prefix { $0.isNumber }.count..<digits).reduce(UInt64(1)) { step, _ in step * 10 }
        }.min()
    }

    /// Whether the times of this line are dates; nil if it has none.
    var usesCalendar: Bool? { (fields["start"] ?? fields["end"])?.contains("T") }

    /// A time in nanoseconds; nil if the field is missing.
    func time(_ name: String) throws -> UInt64? {
        guard let text = fields[name] else { return nil }
        guard let time = text.contains("T") ? Self.calendarTime(text) : Self.decimal(text, digits: unit.digits) else {
            throw error(
                name,
                "`\(text.prefix(40))` is no time; write digits only, with a point and at most \(unit.digits) digits behind it "
                    + "(the unit is \(unit.rawValue), see --time-unit), or ISO 8601 with an offset, such as "
                    + "2026-11-28T09:30:00.25Z")
        }
        return time
    }

    /// A number with at most so many digits behind the point, as a whole number of the smallest unit.
    private static func decimal(_ text: String, digits: Int) -> UInt64? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let behind = parts.count > 1 ? parts[1] : ""
        let isPlain = parts.allSatisfy { part in !part.isEmpty && part.utf8.allSatisfy { (48...57).contains($0) } }
        guard isPlain, behind.count <= digits else { return nil }
        let padded = parts[0] + behind + String(repeating: "0", count: digits - behind.count)
        // Far enough from the end of the range that nothing that is added later overflows.
        return UInt64(padded).flatMap { $0 < UInt64(Int64.max) / 2 ? $0 : nil }
    }

    /// ISO 8601, with any number of digits of a second; those below a nanosecond are dropped.
    private static func calendarTime(_ text: String) -> UInt64? {
        guard let match = text.wholeMatch(of: calendarForm), let date = day(match), let offset = offset(match.8) else {
            return nil
        }
        let (hour, minute, second) = (Int(match.4) ?? 99, Int(match.5) ?? 99, Int(match.6) ?? 99)
        guard hour < 24, minute < 60, second < 60 else { return nil }
        let fraction = (match.7 ?? "").prefix(9)
        let nanoseconds = UInt64(fraction + String(repeating: "0", count: 9 - fraction.count)) ?? 0
        let seconds = date + hour * 3_600 + minute * 60 + second - offset
        return seconds >= 0 && seconds < 4_000_000_000 ? UInt64(seconds) * 1_000_000_000 + nanoseconds : nil
    }

    private typealias CalendarMatch = Regex<
        (Substring, Substring, Substring, Substring, Substring, Substring, Substring, Substring?, Substring)
    >
    private static var calendarForm: CalendarMatch {
        /(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:?\d\d)/
    }

    /// Seconds from 1970 to the day of a date; nil if there is no such day.
    private static func day(_ match: CalendarMatch.Match) -> Int? {
        guard let year = Int(match.1), let month = Int(match.2), let day = Int(match.3), (1...12).contains(month) else {
            return nil
        }
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...lengths[month - 1]).contains(day) else { return nil }
        let before = year - 1
        let days =
            before * 365 + before / 4 - before / 100 + before / 400 + lengths[..<(month - 1)].reduce(0, +) + day - 1
        // The days before 1970.
        return (days - 719_162) * 86_400
    }

    private static func offset(_ text: Substring) -> Int? {
        guard text != "Z" else { return 0 }
        let digits = text.dropFirst().filter(\.isNumber)
        guard let hours = Int(digits.prefix(2)), let minutes = Int(digits.suffix(2)), hours < 24, minutes < 60 else {
            return nil
        }
        return (text.first == "-" ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }

    /// What is wrong with a field of this line.
    func error(_ field: String, _ explanation: String) -> HistoryLogError {
        HistoryLogError(file: file, line: line, field: field, explanation)
    }
}

/// The members of a JSON object that mean something here; of the others only their names are known.
private struct JSONLine: Decodable {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }

        init?(intValue: Int) { nil }
    }

    let fields: [String: JSONField]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        var fields: [String: JSONField] = [:]
        for name in container.allKeys {
            let isKnown = HistoryLogRow.known.contains(name.stringValue)
            fields[name.stringValue] = isKnown ? try container.decode(JSONField.self, forKey: name) : JSONField()
        }
        self.fields = fields
    }
}

/// A value in a JSON object, as the text that would stand in a table.
private struct JSONField: Decodable {
    let text: String

    init() { text = "" }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            text = ""
        } else if let truth = try? container.decode(Bool.self) {
            text = "\(truth)"
        } else if let whole = try? container.decode(Int64.self) {
            text = "\(whole)"
        } else if let number = try? container.decode(Decimal.self) {
            // A number with more digits would be another one, and one key two.
            guard number.significand.description.count < 38 else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "too many digits")
            }
            text = number.description
        } else {
            text = try container.decode(String.self)
        }
    }
}
