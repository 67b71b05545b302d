internal import Caching

/// The same numbers for the same seed for ever, in the forms in which plans ask for them.
struct SeededGenerator: RandomNumberGenerator {
    private var words: SplitMix

    init(seed: UInt64) {
        words = SplitMix(seed: seed)
    }

    mutating func next() -> UInt64 { words.next() }

    /// A number from 0 up to, but not, `bound`.
    mutating func below(_ bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }

    /// A number of the range, both ends included.
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    /// True with this probability.
    mutating func chance(_ probability: Double) -> Bool {
        Double(next() >> 11) * 0x1p-53 < probability
    }

    /// One of the elements.
    mutating func element<Element>(of elements: [Element]) -> Element {
        elements[below(elements.count)]
    }
}
