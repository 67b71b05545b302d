internal import Caching

/// Finds places of an array by fingerprints: a flight, or a record that has changed.
///
/// It is the table of a cache's shard, see ``SlotIndex``, and asks its owner which of the places with the same hash is meant.
/// A dictionary does the same with a hash that is made for keys of any kind: a fingerprint is a digest, and mixed with a secret
/// seed in a fifth of the time.
package struct FingerprintIndex: ~Copyable, Sendable {
    /// In place of the hash of a place that is not there. Hashes have 32 bits.
    private static let none = UInt64.max

    private var index = SlotIndex(expected: 0)
    /// The hashes by places, so that the index can grow.
    private var hashes: [UInt64] = []
    private let seed: UInt64

    /// Makes an empty index.
    package init() {
        seed = .random(in: .min ... .max)
    }

    /// How many places there are.
    package var count: Int { index.used }

    private func hash(_ fingerprint: Fingerprint) -> UInt32 {
        UInt32(truncatingIfNeeded: fingerprint.seededHash(seed) >> 32)
    }

    /// The place of a fingerprint for which `isMeant` is true; nil when there is none. Others may be asked for, too.
    @inline(__always)
    package func find(_ fingerprint: Fingerprint, where isMeant: (Int) -> Bool) -> Int? {
        index.find(hash(fingerprint)) { isMeant(Int($0)) }.map { Int($0) }
    }

    /// Adds a place that is not there.
    ///
    /// - Precondition: `place` is below 2^32 - 1.
    package mutating func insert(_ place: Int, for fingerprint: Fingerprint) {
        if index.isFull { grow() }
        let hash = hash(fingerprint)
        while hashes.count <= place { hashes.append(Self.none) }
        hashes[place] = UInt64(hash)
        index.insert(Slot(place), hash: hash)
    }

    /// Removes a place that is there.
    package mutating func remove(_ place: Int) {
        index.remove(Slot(place), hash: UInt32(hashes[place]))
        hashes[place] = Self.none
    }

    /// Removes all places, and gives their memory back.
    package mutating func removeAll() {
        index = SlotIndex(expected: 0)
        hashes = []
    }

    private mutating func grow() {
        index.grow()
        for place in hashes.indices where hashes[place] != Self.none {
            index.insert(Slot(place), hash: UInt32(hashes[place]))
        }
    }
}
