#if Configuration
extension Duration {
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("ns", 1), ("us", 1_000), ("µs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ]

    /// The duration that a text names: a decimal number without a sign and its unit, `300s`, `20ms`, `1.5s`. Nil for any other
    /// text, and where it is no whole number of nanoseconds or does not fit 64 bits of them.
    package init?(written text: String) {
        let unitStart = text.firstIndex { $0 != "." && !($0.isASCII && $0.isNumber) } ?? text.endIndex
        let parts = text[..<unitStart].split(separator: ".", omittingEmptySubsequences: false)
        guard let unit = Self.units.first(where: { $0.name == text[unitStart...] }),
            let number = parts.first, parts.count <= 2, let whole = Int64(number)
        else { return nil }
        var (nanoseconds, overflows) = whole.multipliedReportingOverflow(by: unit.nanoseconds)
        if overflows { return nil }
        if parts.count == 2 {
            guard let fraction = Self.fraction(parts[1], of: unit.nanoseconds) else { return nil }
            (nanoseconds, overflows) = nanoseconds.addingReportingOverflow(fraction)
            if overflows { return nil }
        }
        self = .nanoseconds(nanoseconds)
    }

    /// The decimal digits behind the point, of a unit, if that is a whole number.
    private static func fraction(_ digits: Substring, of unit: Int64) -> Int64? {
        if digits.isEmpty { return nil }
        let count = digits.utf8.count - digits.utf8.reversed().prefix { $0 == UInt8(ascii: "0") }.count
        // More digits than these are no whole number of any unit.
        guard count <= 18 else { return nil }
        let power = (0..<count).reduce(Int64(1)) { power, _ in power * 10 }
        guard let number = count == 0 ? 0 : Int64(digits.prefix(count)) else { return nil }
        let product = number.multipliedFullWidth(by: unit)
        let (quotient, remainder) = power.dividingFullWidth(product)
        return remainder == 0 ? quotient : nil
    }
}
#endif
