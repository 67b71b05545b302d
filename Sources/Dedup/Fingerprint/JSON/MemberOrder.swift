/// Sorts the members of an object by the UTF-16 code units of their names and finds names that appear twice.
enum MemberOrder {
    /// Up to that many members are sorted by insertion; more are left to the library, which does not become quadratic.
    private static let insertionLimit = 24

    /// The members in order, or nil when a name appears twice.
    ///
    /// It takes the array over, so that members are moved and not retained.
    static func sorted(_ members: consuming [JSONObject.Member]) -> [JSONObject.Member]? {
        guard members.count > 1 else { return members }
        if members.count <= insertionLimit, let order = orderOfAscii(members) {
            guard order.isUnique else { return nil }
            if !order.isSorted { permute(&members, order.positions) }
            return members
        }
        let sorted = members.sorted { NameOrder.compare($0.name, $1.name) == .before }
        for index in 1..<sorted.count where NameOrder.compare(sorted[index - 1].name, sorted[index].name) != .before {
            return nil
        }
        return sorted
    }

    /// Moves the member at `positions[index]` to each index, by swapping.
    private static func permute(_ members: inout [JSONObject.Member], _ positions: [Int]) {
        for index in positions.indices {
            var source = positions[index]
            while source < index { source = positions[source] }
            if source != index { members.swapAt(index, source) }
        }
    }

    private struct Order {
        var positions: [Int]
        var isSorted: Bool
        var isUnique: Bool
    }

    /// The start of a name as a number, and the position of its member.
    private typealias Key = (prefix: UInt64, position: Int)

    /// The order of members whose names start with ASCII; nil when one does not.
    ///
    /// Names are compared by their first eight bytes as one number, and only names that share them are compared whole.
    private static func orderOfAscii(_ members: [JSONObject.Member]) -> Order? {
        var order = Order(positions: [], isSorted: true, isUnique: true)
        var bits: UInt64 = 0
        unsafe withUnsafeTemporaryAllocation(of: Key.self, capacity: members.count) { keys in
            for position in members.indices {
                let prefix = unsafe StringBytes(members[position].name).prefix
                bits |= prefix
                unsafe insert((prefix, position), into: keys, of: members, &order)
            }
            if !order.isSorted { order.positions = unsafe keys.map(\.position) }
        }
        return bits & 0x8080_8080_8080_8080 == 0 ? order : nil
    }

    /// Puts a key among those in front of its position, which are in order.
    @inline(__always)
    private static func insert(
        _ key: Key, into keys: UnsafeMutableBufferPointer<Key>, of members: [JSONObject.Member], _ order: inout Order
    ) {
        var index = key.position
        while index > 0 {
            let previous = unsafe keys[index - 1]
            if previous.prefix < key.prefix { break }
            if previous.prefix == key.prefix {
                let comparison = NameOrder.compare(members[previous.position].name, members[key.position].name)
                if comparison == .same { order.isUnique = false }
                if comparison != .after { break }
            }
            unsafe keys[index] = previous
            order.isSorted = false
            index -= 1
        }
        unsafe keys[index] = key
    }
}

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
