package import DedupVerification
internal import Workloads

/// The history of a system that ran elsewhere, read from a file with one call, execution or excuse a line.
///
/// Comma-separated text, whose first line names the columns in any order, or a JSON object a line; plain, zstd or gzip. The
/// columns, or members:
///
/// | Name | Of | Meaning |
/// | --- | --- | --- |
/// | `type` | all | `call`, `execution` or `excuse` |
/// | `key` | all | what was asked for; any text |
/// | `start` | all | when it began; of an excuse the earliest time at which it can have happened, and it may be missing |
/// | `end` | all | when it ended, or missing: the call never returned, the execution never ended; of an excuse by when it had happened |
/// | `execution` | all | the id of an execution, any text: of the execution itself, of that whose result a call was answered with, of that whose result is gone; may be missing but of an execution |
/// | `outcome` | call | `hit`, `joined`, `executed`, `rejected`, `stale` or `failed`; where it is missing, it is told by the execution. Also `missed` (it asked for what is cached, and nothing was), `abandoned` (its caller gave it up) and `invalidated` (it was an invalidation) |
/// | `succeeded` | execution | `true` (also where it is missing) or `false` |
/// | `kind` | excuse | `evicted`, `expired`, `invalidated` or `superseded` |
///
/// Times of all lines come from one clock. They are numbers in the unit that the reader is told, with digits behind a point
/// down to nanoseconds, or ISO 8601 with an offset: `2026-11-28T09:30:00.25Z`. Lines may stand in any order. Other columns are
/// ignored, and named in ``ignored``.
package struct HistoryLog: Sendable {
    /// What happened, with times from the earliest one on.
    package private(set) var history = History()
    /// The names of keys, by their numbers.
    package private(set) var keys = NumberedNames()
    /// The names of executions, by their ids less one.
    package private(set) var executions = NumberedNames()
    /// Columns that mean nothing here.
    package private(set) var ignored: Set<String> = []
    /// How many answers name no execution.
    package private(set) var unnamedAnswers = 0
    /// How many outcomes the log does not say.
    package private(set) var missingOutcomes = 0
    /// How many of them could not be told by an execution either.
    package private(set) var unknownOutcomes = 0
    /// The smallest step of the times in the log, in nanoseconds.
    package private(set) var resolution = UInt64.max

    /// Invalidations that were logged as calls.
    private var invalidations: [Excuse] = []
    /// What is added to all times, since 0 stands for "never" in a history.
    private static let base: UInt64 = 1_000_000_000

    /// Reads a file.
    ///
    /// - Throws: ``HistoryLogError`` that names the line and the field; ``TraceError`` where the file cannot be read as text.
    package init(file: String, unit: TimeUnit, duplicates: DuplicateMode = .either) throws {
        var lines = try LineReader(file: file)
        guard let first = try lines.next() else { throw HistoryLogError(file: file, "the file is empty") }
        var seen: Set<UInt32> = []
        var outcomes: [OutcomeClass?] = []
        var excused: [HistoryLogRow] = []
        var usesCalendar: Bool?
        let isJSON = first.first { !$0.isWhitespace } == "{"
        let header = isJSON ? [] : try HistoryLogRow.header(first, file: file)
        var line: String? = isJSON ? first : try lines.next()
        while let text = line {
            let row =
                isJSON
                ? try HistoryLogRow(json: text, file: file, line: lines.number, unit: unit)
                : try HistoryLogRow(csv: text, header: header, file: file, line: lines.number, unit: unit)
            ignored.formUnion(row.ignored)
            try add(row, &seen, &outcomes)
            if try row.type == .excuse { excused.append(row) }
            resolution = min(resolution, row.resolution ?? .max)
            if let isCalendar = row.usesCalendar {
                guard usesCalendar ?? isCalendar == isCalendar else {
                    throw row.error("start", "some times are numbers and some are dates; write all of them alike")
                }
                usesCalendar = isCalendar
            }
            repeat { line = try lines.next() } while line?.allSatisfy(\.isWhitespace) ?? false
        }
        try check(excused)
        history.excuses += invalidations
        guard !history.executions.isEmpty else {
            throw HistoryLogError(
                file: file,
                "no line is of type execution, so nothing can be proved; log where the work itself is done, "
                    + "first thing and last thing inside it")
        }
        shiftTimes()
        infer(outcomes, duplicates)
        let named: Set<OutcomeClass> = [.hit, .joined, .executed, .stale]
        unnamedAnswers = history.calls.count { $0.execution == 0 && named.contains($0.outcome) }
    }

    /// An excuse names an execution that there is, of its own key.
    private func check(_ rows: [HistoryLogRow]) throws {
        let keyOf = Dictionary(history.executions.map { ($0.id, $0.key) }) { first, _ in first }
        for (row, excuse) in zip(rows, history.excuses)
        where excuse.execution != 0 {
            guard let key = keyOf[excuse.execution] else {
                throw row.error("execution", "there is no execution of this id in the log")
            }
            guard key == excuse.key else {
                throw row.error("execution", "is an execution of the key `\(keys.names[Int(key)])`, not of this one")
            }
        }
    }

    private mutating func add(_ row: HistoryLogRow, _ seen: inout Set<UInt32>, _ outcomes: inout [OutcomeClass?]) throws
    {
        let key = keys.number(of: try row.required("key"))
        switch try row.type {
        case .call:
            let execution = row.text("execution").map { UInt64(executions.number(of: $0)) + 1 }
            let outcome = try row.outcome
            let (start, end) = (
                try row.requiredTime("start") + Self.base, try row.end(after: "start").map { $0 + Self.base }
            )
            outcomes.append(outcome)
            history.calls.append(
                Call(
                    request: UInt32(history.calls.count + 1), key: key, start: start, end: end ?? 0,
                    outcome: outcome ?? .joined, execution: execution ?? 0, verb: Self.verb(of: outcome)))
            if outcome == .invalidated, let end {
                invalidations.append(Excuse(.invalidated, key: key, since: start, at: end))
            }
        case .execution:
            let name = try row.required("execution")
            let number = executions.number(of: name)
            guard seen.insert(number).inserted else {
                throw row.error("execution", "`\(name)` is the id of another execution, too; each needs one of its own")
            }
            let (end, succeeded) = (try row.end(after: "start"), try row.succeeded)
            history.executions.append(
                Execution(
                    id: UInt64(number) + 1, key: key,
                    begin: try row.requiredTime("start") + Self.base, end: (end ?? 0) + Self.base, ended: end != nil,
                    succeeded: end != nil && succeeded))
        case .excuse:
            let execution = row.text("execution").map { UInt64(executions.number(of: $0)) + 1 }
            let since = try row.time("start")
            guard let end = try row.end(after: "start") else { throw row.error("end", "is missing") }
            history.excuses.append(
                Excuse(
                    try row.kind, key: key, since: since.map { $0 + Self.base }, at: end + Self.base,
                    execution: execution ?? 0))
        }
    }

    /// What the caller wanted, as far as that is told by how its call ended.
    private static func verb(of outcome: OutcomeClass?) -> CallVerb {
        switch outcome {
        case .missed: .get
        case .abandoned: .cancel
        case .invalidated: .invalidate
        default: .call
        }
    }

    /// Counts times from a second before the earliest on.
    private mutating func shiftTimes() {
        let starts =
            history.calls.map(\.start) + history.executions.map(\.begin) + history.excuses.map(\.since)
        let shift = { [origin = starts.min() ?? 0] (time: UInt64) in time - origin + Self.base }
        for index in history.calls.indices {
            let hasReturned = history.calls[index].hasReturned
            history.calls[index].start = shift(history.calls[index].start)
            history.calls[index].intended = history.calls[index].start
            if hasReturned { history.calls[index].end = shift(history.calls[index].end) }
        }
        for index in history.executions.indices {
            history.executions[index].begin = shift(history.executions[index].begin)
            if history.executions[index].ended { history.executions[index].end = shift(history.executions[index].end) }
        }
        for index in history.excuses.indices {
            history.excuses[index].since = shift(history.excuses[index].since)
            history.excuses[index].at = shift(history.excuses[index].at)
        }
    }

    /// Finds out how calls were answered whose outcome the log does not say: an execution belongs to the first of those that it
    /// lies within.
    private mutating func infer(_ outcomes: [OutcomeClass?], _ duplicates: DuplicateMode) {
        missingOutcomes = outcomes.count { $0 == nil }
        guard missingOutcomes > 0 else { return }
        let executions = Dictionary(uniqueKeysWithValues: history.executions.map { ($0.id, $0) })
        let order = history.calls.indices.sorted { history.calls[$0].start < history.calls[$1].start }
        var led = Set(history.calls.indices.filter { outcomes[$0] == .executed }.map { history.calls[$0].execution })
        for number in order where outcomes[number] == nil {
            let call = history.calls[number]
            guard call.execution != 0 else {
                unknownOutcomes += 1
                continue
            }
            guard let execution = executions[call.execution] else { continue }
            if !execution.succeeded, execution.ended {
                history.calls[number].outcome = .failed
                continue
            }
            let isOwn = call.start <= execution.begin && led.insert(execution.id).inserted
            history.calls[number].outcome = .inferred(
                start: call.start, isOwn: isOwn, executionEnd: execution.ended ? execution.end : nil,
                duplicates: duplicates)
        }
    }
}

/// Names, each with a number, from 0 on in the order of their appearance. Those that differ in a byte are two.
package struct NumberedNames: Sendable {
    private var numbers: [ExactText: UInt32] = [:]
    /// The names in the order of their numbers.
    package private(set) var names: [String] = []

    /// The number of a name.
    mutating func number(of name: String) -> UInt32 {
        let text = ExactText(name)
        if let known = numbers[text] { return known }
        let number = UInt32(names.count)
        numbers[text] = number
        names.append(name)
        return number
    }
}

/// Why a log cannot be read: which file, where in it, and what to do about it.
package struct HistoryLogError: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(file: String, line: Int? = nil, field: String? = nil, _ explanation: String) {
        let place = [file, line.map { "\($0)" }, field].compactMap(\.self).joined(separator: ":")
        description = "\(place): \(explanation)"
    }
}
