internal import ArgumentParser
internal import DedupVerification
internal import Evidence
internal import Reporting
internal import Wording

/// `dedupbench replay`
struct ReplayCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Shows the violations of a run again, from what its bundle holds.",
        discussion: """
            Examples:
              dedupbench replay results/latest
              dedupbench replay results/latest --kind overlap --key 17

            A bundle keeps up to ten violations of each kind, each with its proof: the smallest part of the history that shows \
            it by itself, and the rules that it was checked by. Nothing is run; the checker is given that part alone, and \
            must find the same again. Nothing can be left out of a proof, so what is drawn is what contradicts itself. Where \
            something was not there (unjustified_rejection, unknown_execution), the nearest executions of the key are \
            shown: that there was no other is told by the whole history alone.

            Exit code 0 when the bundle holds no such violation, 2 when what it holds is shown again, 65 when it cannot be read or \
            a proof shows something else than it was kept for.
            """)

    @Argument(help: "A bundle, or its evidence.json.")
    var bundle: String

    @Option(help: ArgumentHelp("Only violations of this kind.", valueName: "kind"), transform: Self.kind)
    var kind: ViolationKind?

    @Option(help: ArgumentHelp("Only violations of this key.", valueName: "number"))
    var key: UInt32?

    @Option(help: ArgumentHelp("Only those of this subject.", valueName: "name"))
    var subject: String?

    func run(_ arguments: [String], in context: CommandContext) throws -> Int32 {
        let evidence = try JudgingOptions.evidence(of: bundle)
        let subjects = try chosen(evidence.subjects)
        let stories = subjects.flatMap { subject in
            (subject.verification?.violations ?? []).filter(isChosen).map { (subject.title, $0) }
        }
        var broken = 0
        for (number, (title, violation)) in stories.enumerated() {
            let heading = "\(number + 1) of \(stories.count): \(title), \(violation.kind.rawValue)"
            let isShown = violation.proof?.shows(violation)
            if isShown == false { broken += 1 }
            show([heading, violation.description, Self.outcome(violation, isShown), ""], context.console)
        }
        guard broken == 0 else {
            throw Failure(
                "\(bundle): \(broken) of \(stories.count) proofs do not show their violation; the evidence was changed, or "
                    + "comes from another version", .badScenario)
        }
        show([Self.summary(stories.map(\.1), of: subjects)], context.console)
        return stories.isEmpty ? 0 : 2
    }

    @Sendable private static func kind(_ text: String) throws -> ViolationKind {
        if let kind = ViolationKind(rawValue: text) { return kind }
        let known = ViolationKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("there is no kind of violation `\(text)`; known are \(known)")
    }

    private func chosen(_ subjects: [SubjectEvidence]) throws(Failure) -> [SubjectEvidence] {
        guard let subject else { return subjects }
        let chosen = subjects.filter { $0.subject == subject }
        if chosen.isEmpty {
            let known = subjects.map(\.subject).joined(separator: ", ")
            throw Failure("--subject: the run has no subject `\(subject)` (it has: \(known))", .usage)
        }
        return chosen
    }

    private func isChosen(_ violation: Violation) -> Bool {
        (kind ?? violation.kind) == violation.kind && (key ?? violation.key) == violation.key
    }

    private func show(_ texts: [String], _ console: Console) {
        console.out(TerminalText.sanitisedLines(texts.joined(separator: "\n")) + "\n")
    }

    private static func outcome(_ violation: Violation, _ isShown: Bool?) -> String {
        guard let proof = violation.proof, let isShown else {
            return violation.kind == .counterMismatch
                ? "no proof: a counter is held against the whole history" : "no proof: no part of the history is kept"
        }
        let parts = [
            (proof.executions.count, "execution"), (proof.calls.count, "call"), (proof.excuses.count, "excuse"),
        ]
        let size = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
        return "\(isShown ? "shown again" : "NOT shown again") by \(size); \(proof.checker.rules)"
    }

    private static func summary(_ violations: [Violation], of subjects: [SubjectEvidence]) -> String {
        let total = subjects.compactMap { $0.verification?.violationCount }.reduce(0, +)
        if violations.isEmpty {
            return total == 0 ? "the run found no violation" : "the bundle holds no such violation"
        }
        let proven = violations.count { $0.proof != nil }
        return
            "\(proven) of \(violations.count) violations shown again; the run found \(HumanNumber.count(total)) in all"
    }
}

extension HistoryChecker {
    /// What it checks by, in a line.
    fileprivate var rules: String {
        let time = { (nanoseconds: UInt64) in HumanNumber.time(Double(nanoseconds)) }
        let life =
            switch freshness.lifetime {
            case .none: "results are not kept"
            case .fixed(let life): "results live \(time(life))"
            case .sliding(let life, nil): "results live \(time(life)) after their last hit"
            case .sliding(let life, let age?): "results live \(time(life)) after their last hit, \(time(age)) at most"
            case .unbounded: "results live for ever"
            }
        let room = capacity.map { ["room for \($0)"] } ?? []
        return ([life, "duplicates: \(duplicateMode.rawValue)"] + room).joined(separator: ", ")
    }
}
