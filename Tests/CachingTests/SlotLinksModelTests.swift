import Caching
import DedupTesting
import Testing

/// Lists of slots, and the marks in their links, against plain arrays.
struct SlotLinksModelTests {
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func listsAndMarksAreAsInPlainArrays(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var links = SlotLinks()
        var lists = [SlotList(), SlotList()]
        // Each from the head to the tail.
        var models: [[Slot]] = [[], []]
        var marks: [UInt8] = []
        for step in 0..<10_000 {
            if step % 1_000 == 0 {
                marks += .init(repeating: 0, count: 7)
                links.reserve(slots: marks.count)
            }
            let slot = Slot.random(in: 0..<Slot(marks.count), using: &random)
            let owner = models.firstIndex { $0.contains(slot) }
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                let mark = UInt8.random(in: 0...15, using: &random)
                links.mark(slot, as: mark)
                marks[Int(slot)] = mark
            case 1:
                let list = Int.random(in: 0...1, using: &random)
                #expect(links.popTail(of: &lists[list]) == models[list].popLast(), "step \(step), seed \(seed)")
            default:
                if let owner {
                    links.unlink(slot, from: &lists[owner])
                    models[owner].removeAll { $0 == slot }
                } else {
                    let list = Int.random(in: 0...1, using: &random)
                    links.pushHead(slot, to: &lists[list])
                    models[list].insert(slot, at: 0)
                }
            }
            for (list, model) in zip(lists, models) {
                #expect(list.head == model.first ?? SlotLinks.none && list.tail == model.last ?? SlotLinks.none)
                #expect(list.count == model.count, "step \(step), seed \(seed)")
                for (position, slot) in model.enumerated() {
                    #expect(links.newer(slot) == (position == 0 ? SlotLinks.none : model[position - 1]))
                }
            }
            #expect(marks.indices.allSatisfy { links.mark(Slot($0)) == marks[$0] }, "step \(step), seed \(seed)")
        }
    }
}
