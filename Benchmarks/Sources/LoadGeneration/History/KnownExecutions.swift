internal import DedupVerification

/// What is known of each execution of a run, by its id: enough to say that it is not what a call should have got.
///
/// It is written to a file. In memory are those of the stretch that came last, and of those before it the newest one that
/// succeeded of each key that lasts: the others are settled, as that one is what is served from then on. What a subject serves
/// nevertheless, because it breaks a promise or has one that lets it, is looked up in the file.
struct KnownExecutions {
    private struct Record: BitwiseCopyable {
        var begin: UInt64
        /// 0 where it never ended.
        var end: UInt64
        var key: UInt32
        var succeeded: Bool

        /// What stands for an execution that found no room.
        static let missing = Record(begin: .max, end: 0, key: .max, succeeded: false)
    }

    private var records: FiledArray<Record>
    /// By key, the newest execution before the last stretch that succeeded, and when it ended.
    private var newest: [(id: UInt64, end: UInt64)] = []

    /// Keys from this one on are asked for in one stretch only.
    private let lastingKeys: Int

    /// None yet.
    ///
    /// - Throws: ``HistoryFileError`` when there is no writing to the folder.
    init(in folder: String, lastingKeys: Int) throws(HistoryFileError) {
        records = try FiledArray(in: folder)
        self.lastingKeys = lastingKeys
    }

    /// Adds those of a stretch, whose ids go on from those before it. Ids that are left out are those of executions that found no room.
    ///
    /// - Throws: ``HistoryFileError`` when they cannot be written.
    mutating func add(_ executions: [Execution]) throws(HistoryFileError) {
        for place in records.inMemory { note(records[place], id: UInt64(place + 1)) }
        try records.settle()
        for execution in executions {
            records.grow(to: Int(execution.id) - 1, with: .missing)
            records.append(
                Record(
                    begin: execution.begin, end: execution.ended ? execution.end : 0, key: execution.key,
                    succeeded: execution.succeeded))
        }
    }

    private mutating func note(_ record: Record, id: UInt64) {
        let key = Int(record.key)
        guard record.succeeded, record.end > 0, key < lastingKeys else { return }
        if key >= newest.count { newest += Array(repeating: (0, 0), count: key + 1 - newest.count + newest.count / 2) }
        newest[key] = (id, record.end)
    }

    /// Moves everything to the file: nothing more comes.
    ///
    /// - Throws: ``HistoryFileError`` when it cannot be written.
    mutating func settle() throws(HistoryFileError) { try records.settle(isLast: true) }

    /// When the execution that a call for a key names ended; nil for one that did not, or that there is not.
    ///
    /// - Throws: ``HistoryFileError`` when it cannot be read.
    func end(of id: UInt64, for key: UInt32) throws(HistoryFileError) -> UInt64? {
        let end =
            if Int(key) < newest.count, newest[Int(key)].id == id, id > 0 { newest[Int(key)].end } else {
                try record(id)?.end ?? 0
            }
        return end > 0 ? end : nil
    }

    /// The keys of executions; nil for one that there is not, or that found no room.
    ///
    /// - Throws: ``HistoryFileError`` when they cannot be read.
    func keys(of ids: [UInt64]) throws(HistoryFileError) -> [UInt32?] {
        let known = ids.indices.filter { ids[$0] > 0 && ids[$0] <= records.count }
        var keys = [UInt32?](repeating: nil, count: ids.count)
        for (index, record) in zip(known, try records.elements(at: known.map { Int(ids[$0]) - 1 })) {
            keys[index] = record.begin == .max ? nil : record.key
        }
        return keys
    }

    /// An execution, without what only its own key's checker needs; nil where there is none, or it found no room.
    ///
    /// - Throws: ``HistoryFileError`` when it cannot be read.
    func execution(_ id: UInt64) throws(HistoryFileError) -> Execution? {
        try record(id).map { record in
            Execution(
                id: id, key: record.key, begin: record.begin, end: record.end, ended: record.end > 0,
                succeeded: record.succeeded)
        }
    }

    private func record(_ id: UInt64) throws(HistoryFileError) -> Record? {
        guard id > 0, id <= records.count else { return nil }
        let record = try records.element(at: Int(id) - 1)
        return record.begin == .max ? nil : record
    }
}
