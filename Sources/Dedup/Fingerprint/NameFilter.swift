/// Two words of bits that say of most names that no rule is stated for them: a name passes when its (length, first letter)
/// or its (length, last letter) is that of no stated name. The same for both cases of an ASCII letter.
struct NameFilter: Sendable {
    private var firsts: UInt64 = 0
    private var lasts: UInt64 = 0

    /// Makes a filter of names in UTF-8.
    init(_ names: [[UInt8]]) {
        for name in names {
            firsts |= Self.bit(name.count, name.first ?? 0)
            lasts |= Self.bit(name.count, name.last ?? 0)
        }
    }

    /// False only when no name has that length and those letters.
    @inline(__always)
    func mayContain(length: Int, first: UInt8, last: UInt8) -> Bool {
        firsts & Self.bit(length, first) != 0 && lasts & Self.bit(length, last) != 0
    }

    @inline(__always)
    private static func bit(_ length: Int, _ letter: UInt8) -> UInt64 {
        1 &<< UInt64(truncatingIfNeeded: length &* 7 &+ Int(letter & 0x1f))
    }
}
