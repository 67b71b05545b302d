/// The hits of a slot in one word of its header, so that a hit writes no line but the one that it reads anyway.
///
/// The two low bits count the hits that the eviction policy has not asked about, up to 3. The third says that the slot is hot. The
/// others count the hits since the last drain.
///
/// Two processors that add to one word in turn cost each other the transfer of its line. Once that happens to a slot it is hot,
/// and its hits are counted in ``HotHits`` until its value goes, or a lane has had none between two drains.
@usableFromInline
package struct SlotHits: Hashable, Sendable {
    @usableFromInline var word: UInt32

    @usableFromInline static let hotBit: UInt32 = 4
    private static let countShift: UInt32 = 3
    private static let recentBits: UInt32 = 3
    /// The count at which counting stops.
    @usableFromInline package static let maximum = Int(UInt32.max >> 3)

    @usableFromInline package static let none = SlotHits(word: 0)

    @inlinable
    package init(word: UInt32) {
        self.word = word
    }

    @inlinable package var isHot: Bool { word & Self.hotBit != 0 }

    /// The hits since the last drain.
    @usableFromInline package var count: Int { Int(word >> Self.countShift) }

    /// The hits that the policy has not asked about, up to 3.
    @usableFromInline package var recent: Int { Int(word & Self.recentBits) }

    /// The word after one more hit.
    @inlinable
    @inline(__always)
    package var afterHit: SlotHits {
        let recent: UInt32 = word & 3 == 3 ? 0 : 1
        let count: UInt32 = word >= UInt32.max &<< 3 ? 0 : 8
        return SlotHits(word: word &+ recent &+ count)
    }

    /// The word after the hits were drained.
    @usableFromInline package var drained: SlotHits { SlotHits(word: word & (Self.recentBits | Self.hotBit)) }

    /// The word after the policy has asked.
    @usableFromInline package var asked: SlotHits { SlotHits(word: word & ~Self.recentBits) }

    /// The word with more hits that the policy has not asked about.
    @usableFromInline
    func adding(recent: Int) -> SlotHits {
        SlotHits(word: word & ~Self.recentBits | UInt32(min(3, self.recent + recent)))
    }

    /// The word of a hot slot.
    @inlinable package var hot: SlotHits { SlotHits(word: word | Self.hotBit) }
}
