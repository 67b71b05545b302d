/// Numbers as people read them: three digits and a unit. Exact values are in the CSV files.
package enum HumanNumber {
    /// What stands where nothing is known.
    package static let missing = "–"

    /// `812`, `9,876`, `48.2 k`, `1.20 M`.
    package static func count(_ value: Double?) -> String {
        guard let value, value.isFinite else { return missing }
        if abs(value) < 10_000 { return grouped(value) }
        return scaled(value, [(" k", 1e3), (" M", 1e6), (" G", 1e9), (" T", 1e12)])
    }

    /// `812`, `9,876`, `48.2 k`, `1.20 M`.
    package static func count(_ value: Int?) -> String { count(value.map { Double($0) }) }

    /// Nanoseconds: `812 ns`, `3.40 µs`, `51.0 ms`, `2.00 s`.
    package static func time(_ nanoseconds: Double?) -> String {
        guard let value = nanoseconds, value.isFinite else { return missing }
        return scaled(value, [(" ns", 1), (" µs", 1e3), (" ms", 1e6), (" s", 1e9)])
    }

    /// Nanoseconds: `812 ns`, `3.40 µs`, `51.0 ms`, `2.00 s`.
    package static func time(_ nanoseconds: UInt64?) -> String { time(nanoseconds.map { Double($0) }) }

    /// `512 B`, `1.50 KiB`, `64.0 MiB`; fractions of a byte keep three digits.
    package static func bytes(_ value: Double?) -> String {
        guard let value, value.isFinite else { return missing }
        return scaled(value, [(" B", 1), (" KiB", 1_024), (" MiB", 1_048_576), (" GiB", 1_073_741_824)])
    }

    /// A fraction as a percentage. `100 %` and `0 %` are printed only for exactly that.
    package static func ratio(_ value: Double?) -> String {
        guard let value, value.isFinite else { return missing }
        let percent = value * 100
        if percent == 100 || percent == 0 { return "\(Int(percent)) %" }
        for decimals in 1...6 {
            let text = fixed(percent, decimals)
            let shown = Double(text) ?? 0
            // More digits until rounding no longer claims an extreme that was not reached.
            if shown != 100, shown != 0 { return text + " %" }
        }
        return (percent > 50 ? ">99.999999" : "<0.000001") + " %"
    }

    /// A value with the digits that make three in all.
    package static func plain(_ value: Double?) -> String {
        guard let value, value.isFinite else { return missing }
        return value == value.rounded() && abs(value) < 1_000 ? String(Int(value)) : significant(value)
    }

    private static func scaled(_ value: Double, _ units: [(name: String, size: Double)]) -> String {
        // A value that would round up to 1000 of a unit is written in the next one.
        let unit = units.last { abs(value) >= $0.size * 0.9995 } ?? units[0]
        let scaled = value / unit.size
        let isWhole = unit.size == 1 && scaled == scaled.rounded()
        return (isWhole ? String(Int(scaled)) : significant(scaled)) + unit.name
    }

    private static func significant(_ value: Double) -> String {
        let size = abs(value)
        if size == 0 { return "0" }
        if size < 0.001 { return fixed(value, 6) }
        return fixed(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3)
    }

    private static func grouped(_ value: Double) -> String {
        guard value == value.rounded(), abs(value) < 1e15 else { return significant(value) }
        let digits = String(Int(abs(value)))
        let head = digits.count > 3 ? digits.dropLast(3) + "," : ""
        return (value < 0 ? "-" : "") + head + digits.suffix(3)
    }

    private static func fixed(_ value: Double, _ decimals: Int) -> String {
        var factor = 1.0
        for _ in 0..<decimals { factor *= 10 }
        // Beyond what a whole number of 64 bits holds, digits behind the first ones say nothing.
        guard let rounded = Int(exactly: (abs(value) * factor).rounded()) else { return "\(value)" }
        var digits = String(rounded)
        while digits.count <= decimals { digits = "0" + digits }
        let sign = value < 0 && rounded != 0 ? "-" : ""
        guard decimals > 0 else { return sign + digits }
        return sign + digits.dropLast(decimals) + "." + digits.suffix(decimals)
    }
}
