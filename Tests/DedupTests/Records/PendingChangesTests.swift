import Dedup
import DedupTesting
import Testing

@Suite struct PendingChangesTests {
    /// Adding, taking, writing and failing in random order, beside a list of records for each run.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func holdsWhatItsNaiveModelHolds(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var pending = PendingChanges(limit: 20)
        var model = NaivePending(limit: 20)
        var taken: PendingChanges.Run?
        for step in 0..<600 {
            switch Int.random(in: 0..<12, using: &random) {
            case 0 where taken == nil:
                taken = pending.take()
                model.take()
                #expect(taken.map { Array($0.nextBatch(of: .max)) } == model.taken?.map(\.record), "\(seed), \(step)")
            case 1, 2:
                guard let count = taken?.count else { continue }
                let written = Int.random(in: 0...count, using: &random)
                let changes = taken?.removeFirst(written)
                pending.written(written)
                #expect(changes == model.write(written), "\(seed), \(step)")
            case 3:
                guard let rest = taken else { continue }
                pending.putBack(rest)
                model.putBack()
                taken = nil
            default:
                let change = ExecutionRecord.random(using: &random)
                #expect(pending.add(change) == model.add(change), "\(seed), \(step)")
            }
            #expect(pending.count == model.count && pending.takeable == model.takeable, "\(seed), \(step)")
            #expect(pending.hasReturned == (model.returned != nil), "\(seed), \(step)")
        }
    }

    @Test func oneWriteAtATimeTakes() async {
        await #expect(processExitsWith: .failure) {
            var pending = PendingChanges(limit: 2)
            _ = pending.add(ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1))
            _ = pending.take()
            _ = pending.take()
        }
    }
}

/// Three lists: what is open, what a write has taken, and what a failed one has left.
private struct NaivePending {
    typealias Entry = (record: ExecutionRecord, changes: Int)

    let limit: Int
    var open: [Entry] = []
    var taken: [Entry]?
    var returned: [Entry]?

    init(limit: Int) { self.limit = limit }

    var takeable: Int { open.count + (returned?.count ?? 0) }
    var count: Int { takeable + (taken?.count ?? 0) }

    mutating func add(_ change: ExecutionRecord) -> Bool {
        if let index = open.firstIndex(where: { $0.record.id == change.id }) {
            open[index] = (open[index].record.merging(change), open[index].changes + 1)
        } else if let index = returned?.firstIndex(where: { $0.record.id == change.id }), let old = returned?[index] {
            returned?[index] = (old.record.merging(change), old.changes + 1)
        } else {
            guard count < limit else { return false }
            open.append((change, 1))
        }
        return true
    }

    mutating func take() {
        if let rest = returned {
            (taken, returned) = (rest, nil)
        } else if !open.isEmpty {
            (taken, open) = (open, [])
        }
    }

    mutating func write(_ count: Int) -> Int {
        let changes = taken?.prefix(count).reduce(0) { $0 + $1.changes } ?? 0
        taken?.removeFirst(count)
        return changes
    }

    mutating func putBack() {
        returned = taken?.isEmpty == true ? nil : taken
        taken = nil
    }
}
