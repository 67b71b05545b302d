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
