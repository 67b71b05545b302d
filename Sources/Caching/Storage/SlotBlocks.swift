internal import CProcessor

/// Memory for the chunks of all shards of a large cache, in blocks of the size of a huge page.
///
/// A lookup in a table of many megabytes misses the processor's cache of address translations as well as that of memory. With pages
/// of 2 MiB it has the translation: a seventh less time a hit among a million entries. A chunk is much smaller than such a page,
/// so the shards share the blocks. They are freed together, when the last table that uses them is.
///
/// The system gives huge pages to those that ask for them, where it has any; else the pages are small, as ever.
@usableFromInline
final class SlotBlocks: Sendable {
    private struct Blocks: Sendable {
        /// The addresses of the blocks.
        var addresses: [UInt] = []
        /// How much of the last block is taken.
        var taken = SlotBlocks.blockSize
    }

    private static let blockSize = 2 << 20
    /// Below this many bytes of slots, the last block would be too large a part of all.
    private static let smallest = 16 * blockSize
    /// A larger piece is better off alone.
    private static let largestPiece = blockSize / 8

    private let blocks = Lock(Blocks())

    private init() {}

    deinit {
        for address in blocks.withLock({ $0.addresses }) {
            unsafe UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
        }
    }

    /// Blocks for a cache that will have `bytes` of slots, in pieces of `pieceSize`; nil where they would not pay.
    @usableFromInline
    static func blocks(forBytes bytes: Int, pieceSize: Int) -> SlotBlocks? {
        bytes >= smallest && pieceSize <= largestPiece ? SlotBlocks() : nil
    }

    /// A piece of memory, aligned to a cache line. It lives as long as this.
    @usableFromInline
    func take(_ bytes: Int) -> UnsafeMutableRawPointer {
        let address = blocks.withLock { state -> UInt in
            if state.taken + bytes > Self.blockSize {
                let block = UnsafeMutableRawPointer.allocate(byteCount: Self.blockSize, alignment: Self.blockSize)
                unsafe dedup_prefer_huge_pages(block, Self.blockSize)
                state.addresses.append(UInt(bitPattern: block))
                state.taken = 0
            }
            defer { state.taken += (bytes + 63) & ~63 }
            return state.addresses[state.addresses.count - 1] + UInt(state.taken)
        }
        guard let piece = unsafe UnsafeMutableRawPointer(bitPattern: address) else {
            preconditionFailure("A block of memory has the address zero.")
        }
        return unsafe piece
    }
}
