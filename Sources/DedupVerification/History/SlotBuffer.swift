internal import Synchronization

/// A preallocated buffer that any thread may append to: a slot is claimed with one atomic addition.
///
/// Unchecked: the atomic hands every slot to exactly one claimer, which is the only one to write it; `copy()` is called
/// after the callers have synchronised with the writers.
final class SlotBuffer<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    private let slots: UnsafeMutableBufferPointer<Element>
    private let next = Atomic<Int>(0)

    init(capacity: Int, filler: Element) {
        slots = .allocate(capacity: capacity)
        slots.initialize(repeating: filler)
    }

    deinit {
        slots.deallocate()
    }

    /// A slot of one's own; at or past the capacity when the buffer is full.
    func claim() -> Int {
        next.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    /// Fills a claimed slot; one past the capacity is ignored, having been counted by the claim.
    func store(_ element: Element, at slot: Int) {
        guard slot < slots.count else { return }
        slots[slot] = element
    }

    /// Changes a slot that the caller owns; one past the capacity is ignored.
    func update(at slot: Int, _ body: (inout Element) -> Void) {
        guard slots.indices.contains(slot) else { return }
        body(&slots[slot])
    }

    /// How many slots were asked for.
    var claimed: Int { next.load(ordering: .relaxed) }

    /// How many of them did not exist.
    var dropped: Int { max(0, claimed - slots.count) }

    /// Forgets what was filled, so that all slots can be claimed again.
    func clear() { next.store(0, ordering: .relaxed) }

    /// The filled slots.
    func copy() -> [Element] {
        Array(slots.prefix(claimed))
    }
}
