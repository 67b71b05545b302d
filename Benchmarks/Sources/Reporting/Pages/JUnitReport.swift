internal import DedupVerification
internal import Evidence
internal import Foundation
package import Judging

/// `junit.xml`: a suite a subject, a case a gate and phase, and one for the history. What is inconclusive is skipped, with the
/// reason: it is neither a pass nor a failure.
package struct JUnitReport {
    private let report: RunReport

    /// A report about a run.
    package init(_ report: RunReport) { self.report = report }

    private struct Case {
        var name: String
        var verdict: RunVerdict
        var reason: String
        var details = ""
    }

    /// The file.
    package var text: String {
        let baseline = report.comparison.map { [suite($0)] } ?? []
        let suites = report.subjects.map { suite($0) } + baseline + report.skipped.map { skipped($0) }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + Markup.element(
                "testsuites", [("name", "dedupbench \(report.identity.scenario)")],
                "\n" + suites.joined(separator: "\n") + "\n") + "\n"
    }

    /// What was to run and did not.
    private func skipped(_ title: String) -> String {
        let reason = report.interruption?.reason ?? "it was not run"
        return Markup.element(
            "testsuite",
            [("name", title), ("tests", "1"), ("failures", "0"), ("errors", "0"), ("skipped", "1")],
            Markup.element(
                "testcase", [("classname", "\(report.identity.scenario).\(title)"), ("name", Self.promise)],
                Markup.empty("skipped", [("message", reason)])))
    }

    /// A case a figure. A regression that fails no run is skipped, with what it came to: a suite that is red would say
    /// otherwise.
    private func suite(_ comparison: BaselineComparison) -> String {
        let name = "baseline \(comparison.baseline.name)"
        let cases = comparison.results.map { result in
            let row = ComparisonRow(result: result)
            let verdict: RunVerdict =
                switch result.verdict {
                case .noRegression: .pass
                case .inconclusive: .inconclusive
                case .regression: comparison.failsRun ? .fail : .inconclusive
                }
            return Case(
                name: "\(result.metric.arm): \(result.metric.metric.name) in \(result.metric.phase)", verdict: verdict,
                reason: [result.verdict.rawValue, result.reason].compactMap(\.self).joined(separator: ": "),
                details: "baseline \(row.reference)\nnow \(row.candidate)\nworse by \(row.worsening), \(row.interval)\n"
            )
        }
        return Markup.element(
            "testsuite",
            [
                ("name", name), ("tests", "\(cases.count)"), ("failures", "\(cases.count { $0.verdict == .fail })"),
                ("errors", "0"), ("skipped", "\(cases.count { $0.verdict == .inconclusive })"),
                ("timestamp", report.identity.startedAt),
            ], "\n" + cases.map { element($0, of: name) }.joined(separator: "\n") + "\n")
    }

    private static let promise = "the history keeps every promise"

    private func suite(_ subject: SubjectReport) -> String {
        let cases =
            [history(subject), pace(subject)].compactMap(\.self)
            + subject.unaskedGates.map {
                Case(name: $0.gate.expression.description, verdict: .inconclusive, reason: $0.reason)
            }
            + subject.gateRows.map { row in
                Case(
                    name: row.gate.phase == nil || row.gate.gate.expression.phase != nil
                        ? row.name : "\(row.name) in \(row.phase)",
                    verdict: RunVerdict(row.verdict), reason: row.reason,
                    details:
                        "observed \(row.observed)\(row.interval.isEmpty ? "" : ", \(row.interval)")\nlimit \(row.limit)\n"
                )
            }
        let count = { (verdicts: [RunVerdict]) in "\(cases.count { verdicts.contains($0.verdict) })" }
        let seconds = Double(subject.phases.reduce(0) { $0 + $1.duration }) / 1e9
        let properties = [("seed", "\(subject.seed ?? report.identity.seed)"), ("replay", report.identity.replay)].map {
            Markup.empty("property", [("name", $0.0), ("value", $0.1)])
        }
        return Markup.element(
            "testsuite",
            [
                ("name", subject.title), ("tests", "\(cases.count)"), ("failures", count([.fail])),
                ("errors", count([.hung, .invalid])), ("skipped", count([.inconclusive, .interrupted])),
                ("time", "\(seconds)"), ("timestamp", report.identity.startedAt),
            ],
            Markup.element("properties", [], properties.joined()) + "\n"
                + cases.map { element($0, of: subject.title) }.joined(separator: "\n") + "\n")
    }

    /// The check of the history, which also stands for how the run of the subject ended.
    private func history(_ subject: SubjectReport) -> Case {
        let name = Self.promise
        if let verification = subject.verification, verification.violationCount > 0 {
            let stories = verification.firstOfEachKind.map { "\($0.kind.rawValue): \($0.description)" }
            return Case(
                name: name, verdict: .fail, reason: "\(verification.violationCount) violations",
                details: stories.joined(separator: "\n\n"))
        }
        switch subject.ending {
        case .hung(let reason): return Case(name: name, verdict: .hung, reason: reason)
        case .interrupted(let reason): return Case(name: name, verdict: .interrupted, reason: reason)
        case .finished: break
        }
        guard let verification = subject.verification else {
            return Case(name: name, verdict: .inconclusive, reason: "this subject executes nothing, and is not checked")
        }
        let reason = subject.invalidity.first
        if let reason { return Case(name: name, verdict: .invalid, reason: reason) }
        if let shortfall = subject.shortfalls.first {
            return Case(name: name, verdict: .inconclusive, reason: shortfall)
        }
        let doubt = verification.isComplete ? "no duplicate was offered" : "the history had no room for everything"
        return Case(name: name, verdict: RunVerdict(verification.verdict), reason: doubt)
    }

    /// Whether the subject keeps up with the rate; nil where none is asked for.
    private func pace(_ subject: SubjectReport) -> Case? {
        let open = subject.measured.filter(\.latencies.isOpen)
        guard !open.isEmpty else { return nil }
        let name = "the subject keeps up with the rate"
        let reasons = subject.overload
        if let reason = reasons.first {
            return Case(name: name, verdict: .fail, reason: reason, details: reasons.joined(separator: "\n"))
        }
        let audits = open.flatMap(\.audits).filter { $0.name == "backlog" }
        if let doubt = audits.first(where: { !$0.passed }) {
            return Case(name: name, verdict: .invalid, reason: doubt.explanation)
        }
        let isKnown = open.allSatisfy { $0.audits.contains { $0.name == "backlog" } } && subject.shortfalls.isEmpty
        return Case(
            name: name, verdict: isKnown ? .pass : .inconclusive,
            reason: isKnown ? "" : subject.ending.reason ?? subject.shortfalls.first ?? "it was not seen")
    }

    private func element(_ test: Case, of suite: String) -> String {
        let message = [("message", test.reason)]
        let content =
            switch test.verdict {
            case .pass: ""
            case .fail: Markup.element("failure", message, Markup.text(test.details))
            case .hung, .invalid: Markup.element("error", message, Markup.text(test.details))
            case .inconclusive, .interrupted: Markup.empty("skipped", message)
            }
        return Markup.element(
            "testcase", [("classname", "\(report.identity.scenario).\(suite)"), ("name", test.name)], content)
    }
}
