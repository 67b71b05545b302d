import Dedup
import DedupTesting
import Testing

@Suite struct PendingChangesTests {
    /// Adding, taking, writing and failing in random order, beside a list of records for each run.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func equalsItsNaiveModel(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var pending = PendingChanges(limit: 20)
        var model = NaivePending(limit: 20)
        var taken: PendingChanges.Run?
        for step in 0..<600 {
            if taken != nil, Int.random(in: 0..<4, using: &random) == 0 {
                end(&taken, &pending, &model, using: &random)
            } else if taken == nil, Int.random(in: 0..<12, using: &random) == 0 {
                taken = pending.take()
                model.take()
                let batch = taken?.nextBatch(of: .max)
                #expect(batch.map { Array($0) } == model.taken?.map(\.record), "\(seed), \(step)")
            } else {
                let change = ExecutionRecord.random(using: &random)
                #expect(pending.add(change) == model.add(change), "\(seed), \(step)")
            }
            #expect(pending.count == model.count && pending.takeable == model.takeable, "\(seed), \(step)")
            #expect(pending.hasReturned == (model.returned != nil), "\(seed), \(step)")
        }
    }

    /// Writes a part of the taken run, or lets the write fail.
    private func end(
        _ taken: inout PendingChanges.Run?, _ pending: inout PendingChanges, _ model: inout NaivePending,
        using random: inout SplitMix64
    ) {
        guard var run = taken.take() else { return }
        if Int.random(in: 0..<3, using: &random) == 0 {
            pending.putBack(&run)
            return model.putBack()
        }
        let written = Int.random(in: 0...run.count, using: &random)
        #expect(run.removeFirst(written) == model.write(written))
        pending.written(written)
        taken = .some(run)
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

/// Three lists: the open changes, the taken ones, and those that a failed write has left.
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
