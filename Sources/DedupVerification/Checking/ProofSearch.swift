/// Finds the smallest part of a history that shows a violation by itself, by delta debugging (Zeller and Hildebrandt,
/// "Simplifying and Isolating Failure-Inducing Input", 2002).
///
/// A part of a history is not a history: without an excuse, or without the call that got a result first, the checker finds
/// what is not so. Therefore a part counts only if the checker says of it, word for word and figure for figure, what it says
/// of the whole.
struct ProofSearch {
    /// The most records of a key that are looked at; a violation that takes more of them to show gets no proof.
    private static let limit = 20_000
    /// How many executions are shown beside a call that says that there was another, or none.
    private static let context = 6

    /// One line of a history.
    private enum Record {
        case call(Call)
        case execution(Execution)
        case excuse(Excuse)

        /// When it began, for the order in which records are tried.
        var time: UInt64 {
            switch self {
            case .call(let call): call.start
            case .execution(let execution): execution.begin
            case .excuse(let excuse): excuse.at
            }
        }
    }

    private let checker: HistoryChecker
    private var records: [UInt32: [Record]] = [:]

    /// A search for the violations that `checker` has found in a history; what it must know of the whole is set in it.
    init(_ checker: HistoryChecker, of violations: [Violation], in history: History) {
        self.checker = checker
        let keys = Set(violations.map(\.key))
        guard !keys.isEmpty else { return }
        for call in history.calls where keys.contains(call.key) { records[call.key, default: []].append(.call(call)) }
        for execution in history.executions where keys.contains(execution.key) {
            records[execution.key, default: []].append(.execution(execution))
        }
        for excuse in history.excuses where keys.contains(excuse.key) {
            records[excuse.key, default: []].append(.excuse(excuse))
        }
        for key in records.keys { records[key]?.sort { $0.time < $1.time } }
    }

    /// The violation with its proof, if there is one.
    func prove(_ violation: Violation) -> Violation {
        guard violation.hasRecords else { return violation }
        let (own, others) = split(records[violation.key] ?? [], violation)
        if violation.kind.isAbsence { return proveAbsence(violation, own, others) }
        guard let enough = grow(others, until: { shows(violation, own + $0) }) else { return violation }
        let needed = Self.reduce(enough) { shows(violation, own + $0) }
        var proven = violation
        proven.proof = proof(own + needed)
        return proven
    }

    /// Where something is missing, the nearest executions of the key show what was there. That there was no other takes the
    /// whole history.
    private func proveAbsence(_ violation: Violation, _ own: [Record], _ others: [Record]) -> Violation {
        let executions = others.filter { if case .execution = $0 { true } else { false } }
        let records = own + executions.prefix(Self.context)
        var proven = violation
        proven.proof = [records, own].lazy.map(proof).first { $0.shows(violation) }
        return proven
    }

    /// What the violation names, and what else there is of its key, by the distance in time to that.
    private func split(_ records: [Record], _ violation: Violation) -> (own: [Record], others: [Record]) {
        let own = violation.calls.map(Record.call) + violation.executions.map(Record.execution)
        let time = own.map(\.time).max() ?? 0
        let place = records.indices.partitioningIndex { records[$0].time >= time }
        let near = records[max(0, place - Self.limit)..<min(records.count, place + Self.limit)]
        let others = near.filter { record in
            switch record {
            case .call(let call): !violation.calls.contains(call)
            case .execution(let execution): !violation.executions.contains(execution)
            case .excuse: true
            }
        }
        let distance = { (record: Record) in max(record.time, time) - min(record.time, time) }
        return (own, others.sorted { distance($0) < distance($1) })
    }

    /// The first of the records that are enough, within a factor of two.
    private func grow(_ records: [Record], until isEnough: ([Record]) -> Bool) -> [Record]? {
        var count = 0
        while true {
            let part = Array(records.prefix(count))
            if isEnough(part) { return part }
            if count >= min(records.count, Self.limit) { return nil }
            count = min(Self.limit, max(8, 2 * count))
        }
    }

    /// A part of the records that is still enough, of which none can be left out: halves are tried first, then quarters, and in
    /// the end each alone, until none goes any more.
    private static func reduce(_ records: [Record], while isEnough: ([Record]) -> Bool) -> [Record] {
        var (rest, size) = (records, max(1, records.count / 2))
        while !rest.isEmpty {
            var (next, wasReduced) = (0, false)
            while next < rest.count {
                var without = rest
                without.removeSubrange(next..<min(rest.count, next + size))
                if isEnough(without) { (rest, wasReduced) = (without, true) } else { next += size }
            }
            if size == 1, !wasReduced { break }
            if !wasReduced { size /= 2 }
            size = max(1, min(size, rest.count))
        }
        return rest
    }

    private func shows(_ violation: Violation, _ records: [Record]) -> Bool { proof(records).shows(violation) }

    private func proof(_ records: [Record]) -> Proof {
        var proof = Proof(checker: checker, calls: [], executions: [], excuses: [])
        for record in records {
            switch record {
            case .call(let call): proof.calls.append(call)
            case .execution(let execution): proof.executions.append(execution)
            case .excuse(let excuse): proof.excuses.append(excuse)
            }
        }
        proof.calls.sort { ($0.start, $0.request) < ($1.start, $1.request) }
        proof.executions.sort { ($0.begin, $0.id) < ($1.begin, $1.id) }
        proof.excuses.sort { ($0.at, $0.since) < ($1.at, $1.since) }
        return proof
    }
}

extension ViolationKind {
    /// Whether it says that something is not there, which a part of a history shows as well as the whole.
    fileprivate var isAbsence: Bool { self == .unjustifiedRejection || self == .unknownExecution }
}
