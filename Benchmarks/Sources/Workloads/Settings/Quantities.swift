/// A number of bytes, written `100B`, `64KiB` or `2MB`.
package struct ByteSize: ScenarioText {
    package var bytes: Int

    package init(bytes: Int) { self.bytes = bytes }

    private static let table = UnitTable(
        name: "size",
        units: [
            ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("GB", 1_000_000_000), ("MB", 1_000_000),
            ("KB", 1000), ("B", 1),
        ],
        limit: 1 << 40, range: "a size is a whole number of bytes, and at most 1024GiB", zeroUnit: "B")

    package static var allowed: String { "a size with its unit (B, KB, KiB, MB, MiB, GB, GiB), such as 64KiB" }
    package static var pattern: String { DecimalText.pattern + "(B|KB|KiB|MB|MiB|GB|GiB)" }

    package init(scenarioText: String) throws(ScenarioTextError) {
        bytes = Int(try Self.table.count(scenarioText))
    }

    package var scenarioText: String { Self.table.text(UInt64(max(0, bytes))) }
}

/// A part of a whole, written `80%`.
package struct Share: ScenarioText {
    package var percent: Double

    package init(percent: Double) { self.percent = percent }

    /// The share as a number from 0 to 1.
    package var fraction: Double { percent / 100 }

    package static var allowed: String { "a percentage from 0% to 100%, such as 0.5%" }
    package static var pattern: String { DecimalText.pattern + "%" }

    package init(scenarioText: String) throws(ScenarioTextError) {
        guard scenarioText.hasSuffix("%"), let percent = DecimalText.double(String(scenarioText.dropLast())) else {
            throw .malformed(scenarioText.hasSuffix("%") ? "this is not a percentage" : "the % sign is missing")
        }
        guard percent <= 100 else { throw .outOfRange("more than 100%") }
        self.percent = percent
    }

    package var scenarioText: String { DecimalText.text(percent) + "%" }
}

/// How often requests arrive, written `5000/s`.
package struct ArrivalRate: ScenarioText {
    package var perSecond: Double

    package init(perSecond: Double) { self.perSecond = perSecond }

    package static var allowed: String { "a rate from 0.001/s to 10000000/s, such as 5000/s" }
    package static var pattern: String { DecimalText.pattern + "/s" }

    package init(scenarioText: String) throws(ScenarioTextError) {
        guard scenarioText.hasSuffix("/s"), let rate = DecimalText.double(String(scenarioText.dropLast(2))) else {
            throw .malformed(scenarioText.hasSuffix("/s") ? "this is not a rate" : "the unit /s is missing")
        }
        guard (0.001...10_000_000).contains(rate) else { throw .outOfRange("too slow or too fast") }
        perSecond = rate
    }

    package var scenarioText: String { DecimalText.text(perSecond) + "/s" }
}

/// How fast a trace is replayed: `max`, or a factor on its recorded times, written `10x`.
package enum ReplaySpeed: ScenarioText {
    /// As fast as the subject answers: recorded times are ignored.
    case maximum
    /// At the recorded times divided by the factor: an open loop.
    case factor(Double)

    package static var allowed: String { "`max`, or a factor on the recorded speed, such as 10x or 0.5x" }
    package static var pattern: String { "max|" + DecimalText.pattern + "x" }

    package init(scenarioText: String) throws(ScenarioTextError) {
        if scenarioText == "max" {
            self = .maximum
            return
        }
        guard scenarioText.hasSuffix("x"), let factor = DecimalText.double(String(scenarioText.dropLast())) else {
            throw .malformed("this is not a replay speed")
        }
        guard (0.001...1_000_000).contains(factor) else { throw .outOfRange("a factor is from 0.001x to 1000000x") }
        self = .factor(factor)
    }

    package var scenarioText: String {
        switch self {
        case .maximum: "max"
        case .factor(let factor): DecimalText.text(factor) + "x"
        }
    }
}

/// How much a cache may hold: a number of entries (`10000`) or a total size of values (`64MiB`).
package enum CacheCapacity: ScenarioText {
    case entries(Int)
    case bytes(Int)

    package static var allowed: String { "a number of entries, such as 10000, or a total size, such as 64MiB" }
    package static var pattern: String { "[1-9]([0-9_]*[0-9])?|" + ByteSize.pattern }

    package init(scenarioText: String) throws(ScenarioTextError) {
        if let entries = WholeNumberText.parse(scenarioText) {
            guard (1...1_000_000_000).contains(entries) else {
                throw .outOfRange("a cache holds from 1 to 1000000000 entries")
            }
            self = .entries(entries)
            return
        }
        let size = try ByteSize(scenarioText: scenarioText)
        guard size.bytes > 0 else { throw .outOfRange("a cache must hold something") }
        self = .bytes(size.bytes)
    }

    package var scenarioText: String {
        switch self {
        case .entries(let count): "\(count)"
        case .bytes(let count): ByteSize(bytes: count).scenarioText
        }
    }
}

/// Whole numbers as people write them: digits, with `_` between groups if they like.
enum WholeNumberText {
    static func parse(_ text: String) -> Int? {
        guard let first = text.utf8.first, (48...57).contains(first), text.utf8.last != UInt8(ascii: "_") else {
            return nil
        }
        let digits = text.filter { $0 != "_" }
        return digits.utf8.allSatisfy { (48...57).contains($0) } ? Int(digits) : nil
    }
}
