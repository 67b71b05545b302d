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
/// | `outcome` | call | `hit`, `joined`, `executed`, `rejected`, `stale` or `failed`; where it is missing, it is told by the execution |
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
    /// How many outcomes were found out from the times alone.
    package private(set) var inferredOutcomes = 0

    /// Reads a file.
    ///
    /// - Throws: ``HistoryLogError`` that names the line and the field; ``TraceError`` where the file cannot be read as text.
    package init(file: String, unit: TimeUnit) throws {
        var lines = try LineReader(file: file)
        guard let first = try lines.next() else { throw HistoryLogError(file: file, "the file is empty") }
        var seen: Set<String> = []
        var outcomes: [OutcomeClass?] = []
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
            line = try lines.next()
        }
        guard !history.executions.isEmpty else {
            throw HistoryLogError(
                file: file,
                "no line is of type execution, so nothing can be proved; log where the work itself is done, "
                    + "first thing and last thing inside it")
        }
        shiftTimes()
        infer(outcomes)
        unnamedAnswers = history.calls.count { $0.execution == 0 && $0.outcome != .rejected && $0.outcome != .failed }
    }

    private mutating func add(_ row: HistoryLogRow, _ seen: inout Set<String>, _ outcomes: inout [OutcomeClass?]) throws
    {
        let key = keys.number(of: try row.required("key"))
        switch try row.type {
        case .call:
            let execution = row.text("execution").map { UInt64(executions.number(of: $0)) + 1 }
            outcomes.append(try row.outcome)
            history.calls.append(
                Call(
                    request: UInt32(history.calls.count + 1), key: key, start: try row.requiredTime("start"),
                    end: try row.end(after: "start") ?? 0, outcome: try row.outcome ?? .joined,
                    execution: execution ?? 0))
        case .execution:
            let name = try row.required("execution")
            guard seen.insert(name).inserted else {
                throw row.error("execution", "`\(name)` is the id of another execution, too; each needs one of its own")
            }
            let (end, succeeded) = (try row.end(after: "start"), try row.succeeded)
            history.executions.append(
                Execution(
                    id: UInt64(executions.number(of: name)) + 1, key: key, begin: try row.requiredTime("start"),
                    end: end ?? 0, ended: end != nil, succeeded: end != nil && succeeded))
        case .excuse:
            let execution = row.text("execution").map { UInt64(executions.number(of: $0)) + 1 }
            let since = try row.time("start")
            guard let end = try row.end(after: "start") else { throw row.error("end", "is missing") }
            history.excuses.append(
                Excuse(try row.kind, key: key, since: since, at: end, execution: execution ?? 0))
        }
    }

    /// Counts times from a second before the earliest on: 0 stands for "never" in a history.
    private mutating func shiftTimes() {
        let starts =
            history.calls.map(\.start) + history.executions.map(\.begin) + history.excuses.map(\.since)
        let shift = { [origin = starts.min() ?? 0] (time: UInt64) in time - origin + 1_000_000_000 }
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

    /// Finds out how calls were answered whose outcome the log does not say: the first of those that an execution lies within
    /// executed it, what came when it was over was a hit, and everything else joined.
    private mutating func infer(_ outcomes: [OutcomeClass?]) {
        guard outcomes.contains(where: { $0 == nil }) else { return }
        let executions = Dictionary(uniqueKeysWithValues: history.executions.map { ($0.id, $0) })
        let order = history.calls.indices.sorted { history.calls[$0].start < history.calls[$1].start }
        var led = Set(history.calls.indices.filter { outcomes[$0] == .executed }.map { history.calls[$0].execution })
        for number in order where outcomes[number] == nil {
            let call = history.calls[number]
            guard call.execution != 0 else {
                inferredOutcomes += 1
                continue
            }
            guard let execution = executions[call.execution] else { continue }
            if !execution.succeeded, execution.ended {
                history.calls[number].outcome = .failed
            } else if call.start <= execution.begin, led.insert(execution.id).inserted {
                history.calls[number].outcome = .executed
            } else if execution.ended, execution.end <= call.start {
                history.calls[number].outcome = .hit
            }
        }
    }
}

/// Names, each with a number, from 0 on in the order of their appearance.
package struct NumberedNames: Sendable {
    private var numbers: [String: UInt32] = [:]
    /// The names in the order of their numbers.
    package private(set) var names: [String] = []

    /// The number of a name.
    mutating func number(of name: String) -> UInt32 {
        if let known = numbers[name] { return known }
        let number = UInt32(names.count)
        numbers[name] = number
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
