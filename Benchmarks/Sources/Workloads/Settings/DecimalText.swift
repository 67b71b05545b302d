internal import Foundation

/// Plain decimal numbers as people write them in a scenario: `12`, `0.75`; no sign, no exponent, at most 15 digits.
enum DecimalText {
    static let pattern = #"[0-9]+(\.[0-9]+)?"#

    /// The number at the start of the text, and what follows it.
    static func split(_ text: String) -> (number: String, unit: String) {
        let end = text.firstIndex { !("0"..."9" ~= $0 || $0 == ".") } ?? text.endIndex
        return (String(text[..<end]), String(text[end...]))
    }

    static func isNumber(_ text: String) -> Bool {
        let halves = text.split(separator: ".", omittingEmptySubsequences: false)
        return (1...2).contains(halves.count) && text.utf8.count <= 16
            && halves.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
    }

    static func double(_ text: String) -> Double? {
        isNumber(text) ? Double(text) : nil
    }

    /// The number times `scale`, if that is a whole number that fits.
    static func scaled(_ text: String, by scale: UInt64) -> UInt64? {
        guard isNumber(text) else { return nil }
        let halves = text.split(separator: ".")
        let fraction = halves.count == 2 ? halves[1] : ""
        guard let whole = UInt64(halves[0]), let digits = UInt64("0" + fraction) else { return nil }
        let (large, overflow) = whole.multipliedReportingOverflow(by: scale)
        let divisor = fraction.reduce(UInt64(1)) { power, _ in power * 10 }
        let (product, tooLarge) = digits.multipliedReportingOverflow(by: scale)
        guard !overflow, !tooLarge, product.isMultiple(of: divisor) else { return nil }
        let (sum, carry) = large.addingReportingOverflow(product / divisor)
        return carry ? nil : sum
    }

    /// The shortest text that reads back as the same number.
    static func text(_ value: Double) -> String {
        let text = value.description
        if text.hasSuffix(".0") { return String(text.dropLast(2)) }
        guard text.contains("e") else { return text }
        var digits = String(format: "%.15f", value)
        while digits.hasSuffix("0") { digits.removeLast() }
        return digits.hasSuffix(".") ? String(digits.dropLast()) : digits
    }
}

/// Durations as `10s`, `5m`, `250ms`, `1us`: whole nanoseconds.
extension Duration: ScenarioText {
    private static let table = UnitTable(
        name: "duration",
        units: [
            ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000),
            ("µs", 1000), ("ns", 1),
        ],
        limit: UInt64(Int64.max), range: "a duration is a whole number of nanoseconds, and below 292 years",
        zeroUnit: "s")

    package static var allowed: String { "a duration with its unit (ns, us or µs, ms, s, m, h), such as 250ms or 10s" }
    package static var pattern: String { DecimalText.pattern + "(ns|us|µs|ms|s|m|h)" }

    package init(scenarioText: String) throws(ScenarioTextError) {
        self = .nanoseconds(Int64(try Self.table.count(scenarioText)))
    }

    package var scenarioText: String { Self.table.text(nanoseconds) }

    /// The duration in whole nanoseconds; 0 for a negative one, the largest number for one that does not fit.
    package var nanoseconds: UInt64 { UInt64(clamping: attoseconds / 1_000_000_000) }
}

/// A whole number with a unit, such as `250ms` or `64KiB`: how it is read and written.
struct UnitTable: Sendable {
    /// What such a number is: `duration`.
    let name: String
    /// The units, the largest first, and how many of the smallest each is.
    let units: [(name: String, scale: UInt64)]
    /// The largest number, in the smallest unit.
    let limit: UInt64
    /// What is said of numbers that are none or too large.
    let range: String
    /// The unit in which nothing is written.
    let zeroUnit: String

    /// The number that a text says, in the smallest unit.
    func count(_ text: String) throws(ScenarioTextError) -> UInt64 {
        let (number, unit) = DecimalText.split(text)
        guard DecimalText.isNumber(number), let scale = units.first(where: { $0.name == unit })?.scale else {
            throw .malformed(unit.isEmpty ? "the unit is missing" : "this is not a \(name)")
        }
        guard let count = DecimalText.scaled(number, by: scale), count <= limit else { throw .outOfRange(range) }
        return count
    }

    /// The text of a number, in the largest unit in which it is whole.
    func text(_ count: UInt64) -> String {
        guard count > 0, let unit = units.first(where: { count.isMultiple(of: $0.scale) }) else {
            return "0\(zeroUnit)"
        }
        return "\(count / unit.scale)\(unit.name)"
    }
}
