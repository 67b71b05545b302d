/// A table that rules out most names without a lookup. It holds the length of the shortest name with a rule for each pair
/// of a first and a last character, or rather for each of 512 groups of such pairs. With the default rules, ten of two
/// hundred usual names need a lookup.
@safe
final class NameFilter: Sendable {
    private static let groupCount = 512

    // Written in `init` only. It is not an array because a writer reads it for each name, and an array would be retained and
    // its bounds checked each time.
    nonisolated(unsafe) private let shortest = UnsafeMutablePointer<UInt8>.allocate(capacity: groupCount)

    /// Makes a filter.
    ///
    /// - Parameters:
    ///   - names: Names in UTF-8 that are matched in any letter case.
    ///   - spellings: Names as in ``SecretNames/spellings``, which are matched in all their spellings.
    init(_ names: some Sequence<[UInt8]>, spellings: some Sequence<[UInt8]>) {
        unsafe shortest.initialize(repeating: .max, count: Self.groupCount)
        for name in names { insert(name.first ?? 0, name.last ?? 0, length: name.count) }
        for name in spellings {
            // Separators make a name longer, and one of them may be the last character.
            for last in name.suffix(1) + SecretNames.separators {
                insert(name.first ?? 0, last, length: name.count)
            }
        }
    }

    deinit { unsafe shortest.deallocate() }

    private func insert(_ first: UInt8, _ last: UInt8, length: Int) {
        let group = unsafe shortest + Self.group(first, last)
        unsafe group.pointee = min(group.pointee, UInt8(clamping: min(length, 254)))
    }

    /// The table, good as long as the filter lives.
    var table: Table { unsafe Table(shortest: shortest) }

    /// The table without the filter that owns it, for code that reads it often and must not retain the filter each time.
    @unsafe
    struct Table: BitwiseCopyable {
        fileprivate let shortest: UnsafePointer<UInt8>

        /// False only when no name has those first and last characters and may have that length.
        @inline(__always)
        func mayContain(length: Int, first: UInt8, last: UInt8) -> Bool {
            if SecretNames.isSeparator(first) { return true }
            return unsafe length >= Int(shortest[NameFilter.group(first, last)])
        }
    }

    @inline(__always)
    fileprivate static func group(_ first: UInt8, _ last: UInt8) -> Int {
        ((character(first) &* 37) ^ (character(last) &* 5)) & (groupCount &- 1)
    }

    /// Six bits of a character. They are the same for both cases of a letter, and tell letters, digits and separators apart.
    @inline(__always)
    private static func character(_ byte: UInt8) -> Int { Int(((byte | 0x20) ^ ((byte & 0x40) &>> 1)) & 0x3f) }
}
