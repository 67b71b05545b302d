internal import Synchronization

/// A preallocated buffer that any thread may append to: a place is claimed with one atomic addition. What has been drained makes
/// room again; numbers go on.
///
/// Unchecked: the atomic hands every number to exactly one claimer, which is the only one to write its slot. A slot is
/// claimed again only when what was in it has been drained, and is read only when as many elements are stored as are claimed.
final class SlotBuffer<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    /// An element and its number, by which a slot that was meant for another one is known.
    private struct Slot {
        var number: Int
        var element: Element
    }

    private let slots: UnsafeMutableBufferPointer<Slot>
    private let next = Atomic<Int>(0)
    /// How many claimers have stored their element, or found no room for it.
    private let stored = Atomic<Int>(0)
    /// The elements before this number have been drained.
    private let first = Atomic<Int>(0)
    private let lost = Atomic<Int>(0)

    init(capacity: Int, filler: Element) {
        slots = .allocate(capacity: max(1, capacity))
        slots.initialize(repeating: Slot(number: -1, element: filler))
    }

    deinit {
        slots.deallocate()
    }

    /// A number of one's own, from 0 on, which is then to be stored.
    func claim() -> Int {
        next.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    /// Stores the element of a claimed number, once; one for which there is no room is counted.
    func store(_ element: Element, at number: Int) {
        if let slot = slot(number) {
            slots[slot] = Slot(number: number, element: element)
        } else {
            lost.add(1, ordering: .relaxed)
        }
        stored.add(1, ordering: .releasing)
    }

    /// Changes an element that the caller owns; one that found no room is ignored.
    func update(at number: Int, _ body: (inout Element) -> Void) {
        if let slot = slot(number) { body(&slots[slot].element) }
    }

    /// Where the element of a number is; nil where there is no room for it, or it has been drained.
    private func slot(_ number: Int) -> Int? {
        let first = first.load(ordering: .acquiring)
        guard number >= first, number - first < slots.count else { return nil }
        return number < slots.count ? number : number % slots.count
    }

    /// How many numbers were claimed.
    var claimed: Int { next.load(ordering: .relaxed) }

    /// How many elements have been drained.
    var drained: Int { first.load(ordering: .relaxed) }

    /// How many elements found no room since the last time this was taken.
    var dropped: Int { lost.load(ordering: .relaxed) }

    /// The elements that have not been drained.
    func copy() -> [Element] { held(until: settled(), while: { _ in true }).elements }

    /// The elements that have not been drained, up to the first one that is not done; there is room for as many again.
    func drain(while isDone: (Element) -> Bool) -> (elements: [Element], dropped: Int) {
        let (elements, end) = held(until: settled(), while: isDone)
        // What was read here is read before anything else is written there.
        first.store(end, ordering: .releasing)
        return (elements, lost.exchange(0, ordering: .relaxed))
    }

    /// The elements up to a number, or to the first one that is not done, and where that is. Numbers that found no room have none.
    private func held(until end: Int, while isDone: (Element) -> Bool) -> (elements: [Element], end: Int) {
        var elements: [Element] = []
        let first = first.load(ordering: .relaxed)
        elements.reserveCapacity(min(end - first, slots.count))
        for number in first..<end {
            let slot = slots[number % slots.count]
            guard slot.number == number else { continue }
            guard isDone(slot.element) else { return (elements, number) }
            elements.append(slot.element)
        }
        return (elements, end)
    }

    /// How many numbers were claimed when all of them had been stored: a claimer that is about to store is waited for.
    private func settled() -> Int {
        while true {
            let count = stored.load(ordering: .acquiring)
            if count == next.load(ordering: .relaxed) { return count }
        }
    }
}
