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
