/// The order of two names: by UTF-16 code units, as RFC 8785 (section 3.2.3) sorts members.
enum NameOrder {
    case before
    case same
    case after

    /// Compares by UTF-16 code units, reading UTF-8 bytes only.
    ///
    /// The two orders differ in one case: scalars above U+FFFF are written as surrogates in UTF-16, which are less than
    /// U+E000...U+FFFF, while their UTF-8 bytes are greater. That case shows in the first byte that differs.
    static func compare(_ lhs: String, _ rhs: String) -> NameOrder {
        let fast = unsafe lhs.utf8.withContiguousStorageIfAvailable { left in
            unsafe rhs.utf8.withContiguousStorageIfAvailable { right in
                unsafe compare(left, right)
            }
        }
        if let order = fast ?? nil { return order }
        return compare(Array(lhs.utf8), Array(rhs.utf8))
    }

    private static func compare(
        _ lhs: some RandomAccessCollection<UInt8>, _ rhs: some RandomAccessCollection<UInt8>
    ) -> NameOrder {
        for (left, right) in zip(lhs, rhs) where left != right {
            let isSurrogateAgainstNone = left >= 0xee && right >= 0xee && (left >= 0xf0) != (right >= 0xf0)
            return (left < right) != isSurrogateAgainstNone ? .before : .after
        }
        if lhs.count == rhs.count { return .same }
        return lhs.count < rhs.count ? .before : .after
    }
}
