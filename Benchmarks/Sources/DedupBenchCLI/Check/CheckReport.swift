internal import DedupVerification
internal import Foundation
internal import Judging
internal import Reporting
internal import Wording

/// What the checker says of a log: counts, what it could not check, the first violation of each kind, the verdict.
struct CheckReport {
    let file: String
    let log: HistoryLog
    let result: VerificationResult

    var verdict: RunVerdict { RunVerdict(result.verdict) }

    func text(_ terminal: Terminal) -> String {
        let texts = [summary, outcomes, prevented] + notes + [""] + stories + [verdict.rawValue.uppercased()]
        return TerminalText.sanitisedLines(texts.joined(separator: "\n")) + "\n"
    }

    private var summary: String {
        "\(file): \(count(log.history.calls.count, "call")), \(count(log.history.executions.count, "execution")) and "
            + "\(count(log.history.excuses.count, "excuse")) of \(count(log.keys.names.count, "key"))"
    }

    private var outcomes: String {
        let parts = OutcomeClass.allCases.filter { result.total.count(of: $0) > 0 }.map {
            "\($0.name) \(HumanNumber.count(result.total.count(of: $0)))"
        }
        let lost = result.total.lost > 0 ? ["never returned \(HumanNumber.count(result.total.lost))"] : []
        return "answers: " + (parts + lost).joined(separator: ", ")
    }

    private var prevented: String {
        let total = result.total
        guard total.opportunities > 0 || result.violationCount > 0 else {
            return "no call met a running execution or a fresh result of its key, so nothing was proved"
        }
        return "calls that met a running execution or a fresh result: \(HumanNumber.count(total.opportunities)); "
            + "executions too many: \(HumanNumber.count(total.duplicateExecutions)); "
            + "violations: \(HumanNumber.count(result.violationCount))"
    }

    private var notes: [String] {
        var notes: [String] = []
        if log.unnamedAnswers > 0 {
            notes.append(
                "not checked: answers that name no execution, \(HumanNumber.count(log.unnamedAnswers)) of them: whether such an "
                    + "answer is the right one and young enough is not known")
        }
        if log.unknownOutcomes > 0 {
            notes.append("not known: how \(count(log.unknownOutcomes, "call")) came to an answer; counted as joined")
        }
        if result.violationsByKind[.unexplainedFailure] != nil {
            notes.append("where calls may fail by a limit or a deadline of their own, --allow-own-errors says so")
        }
        if !log.ignored.isEmpty { notes.append("ignored: the columns \(log.ignored.sorted().joined(separator: ", "))") }
        return notes
    }

    private var stories: [String] {
        var seen: Set<ViolationKind> = []
        return result.violations.filter { seen.insert($0.kind).inserted }.map { violation in
            let number = result.violationsByKind[violation.kind, default: 0]
            return "\(HumanNumber.count(number)) \(violation.kind.rawValue)\n\(violation)\n\(legend(violation))\n"
        }
    }

    /// What the log calls the keys and executions of a violation.
    private func legend(_ violation: Violation) -> String {
        let keys = Set([violation.key] + violation.executions.map(\.key) + violation.calls.map(\.key)).sorted()
        let ids = Set(violation.executions.map(\.id) + violation.calls.map(\.execution)).subtracting([0]).sorted()
        let named = { (names: [String], number: Int) in names.indices.contains(number) ? names[number] : "?" }
        let lines =
            keys.map { "key \($0) is `\(named(log.keys.names, Int($0)))`" }
            + ids.map { "execution \($0) is `\(named(log.executions.names, Int($0) - 1))`" }
        return lines.map { "  \($0)" }.joined(separator: "\n")
    }

    private func count(_ number: Int, _ thing: String) -> String {
        "\(HumanNumber.count(number)) \(thing)\(number == 1 ? "" : "s")"
    }

    /// Everything, for a program.
    var json: String {
        struct Document: Encodable {
            let file: String
            let verdict: String
            let result: VerificationResult
            let keys: [String]
            let executions: [String]
            let unnamedAnswers: Int
        }
        return JSONFile.text(
            Document(
                file: file, verdict: verdict.rawValue, result: result, keys: log.keys.names,
                executions: log.executions.names, unnamedAnswers: log.unnamedAnswers))
    }
}
