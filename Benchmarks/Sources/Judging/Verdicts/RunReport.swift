internal import DedupVerification
package import Evidence
package import Measurement
internal import Statistics

/// A run with what it came to: what all files and tables are written from. What was measured can be read off as if it were
/// the evidence itself.
@dynamicMemberLookup
package struct RunReport: Sendable {
    /// What was measured.
    package let evidence: RunEvidence
    /// One a subject and combination of the matrix, in the order in which they ran.
    package let subjects: [SubjectReport]
    /// Whether combinations were compared.
    package let isMatrix: Bool
    /// The subjects as they are shown: combinations of a matrix that passed first, each group by rising executions.
    package let ranked: [SubjectReport]
    /// The combination that surely has the fewest executions of those that passed; nil where none passed or chance alone may
    /// tell it from another one, and outside a matrix.
    package let best: SubjectReport?

    /// What the run came to against its baseline; nil when it was held against none.
    package private(set) var comparison: BaselineComparison?

    /// Holds gates against evidence, and audits its load within the limits that it was made with.
    package init(_ evidence: RunEvidence, gates: [Gate]) {
        self.evidence = evidence
        let limits = AuditLimits(of: evidence)
        subjects = evidence.subjects.map { SubjectReport($0, gates: gates, audits: limits) }
        isMatrix = subjects.contains { !$0.strategy.isEmpty }
        ranked = Self.rank(subjects, isMatrix: isMatrix)
        best = Self.best(of: ranked, isMatrix: isMatrix)
        comparison = evidence.baseline.map { BaselineComparison(self, against: $0) }
    }

    /// What was measured.
    package subscript<Value>(dynamicMember member: KeyPath<RunEvidence, Value>) -> Value {
        evidence[keyPath: member]
    }

    /// Which run it is.
    package var identity: RunIdentity { evidence.identity }

    /// Whether anything is missing.
    package var isPartial: Bool { evidence.interruption != nil }

    /// The verdict: that of the worst subject. A run that was interrupted never passes. A floor that is not judged says
    /// nothing about the others, unless it breaks a gate.
    package var verdict: RunVerdict {
        let judged = subjects.filter { $0.isJudged || $0.verdict == .fail || $0.verdict == .hung }
        let verdicts = (judged.isEmpty ? subjects : judged).map(\.verdict)
        return RunVerdict.combined(verdicts + (isPartial ? [.interrupted] : []))
    }

    /// The exit code: interrupted before all else, because the user who interrupted expects to see that; that of a hung
    /// subject before that of a regression.
    package var exitCode: Int32 {
        if let code = evidence.interruption?.exitCode { return code }
        let isRegression = comparison?.failsRun == true && verdict != .hung
        return isRegression ? RunVerdict.fail.exitCode : verdict.exitCode
    }

    private static func rank(_ subjects: [SubjectReport], isMatrix: Bool) -> [SubjectReport] {
        guard isMatrix else { return subjects }
        return subjects.enumerated().sorted { first, second in
            (first.element.rank.group, first.element.rank.executionsPerOperation, first.offset)
                < (second.element.rank.group, second.element.rank.executionsPerOperation, second.offset)
        }.map(\.element)
    }

    private static func best(of ranked: [SubjectReport], isMatrix: Bool) -> SubjectReport? {
        guard isMatrix else { return nil }
        // Seeds are no strategies: each has requests of its own.
        guard !ranked.contains(where: { $0.strategy.contains { $0.parameter == "seed" } }) else { return nil }
        let passed = ranked.filter { $0.rank.group == 0 }
        guard let first = passed.first, passed.dropFirst().allSatisfy({ isFewer(first, than: $0) }) else { return nil }
        return first
    }

    /// Whether one has surely fewer executions than another for as many operations, at 95 %: were it not so, its share of those of
    /// both would be that of its operations or more.
    private static func isFewer(_ one: SubjectReport, than other: SubjectReport) -> Bool {
        let (ours, theirs) = (one.total.counts, other.total.counts)
        let (executions, operations) = (ours.executions + theirs.executions, ours.operations + theirs.operations)
        guard executions > 0, operations > 0 else { return false }
        return ClopperPearson.upper(successes: ours.executions, trials: executions)
            < Double(ours.operations) / Double(operations)
    }

    /// Whether the floor of the harness itself was measured, or driven beside a subject.
    package var hasFloor: Bool {
        subjects.contains { $0.isJudged }
            && subjects.contains { !$0.isJudged || $0.evidence.floors?.isEmpty == false }
    }

    /// What hits of the harness itself take in a phase of a subject, or in all of them: about what there is of it in that one's
    /// figures. Nil where it was neither driven nor measured.
    package func floor(of phase: PhaseReport, _ subject: SubjectReport) -> LatencyHistogram? {
        guard subject.isJudged else { return nil }
        if let driven = subjects.first(where: { !$0.isJudged && $0.strategy == subject.strategy }) {
            return (driven.measured + [driven.total]).first { $0.name == phase.name }?.latencies.waits(.hit)
        }
        let floors = subject.evidence.floors ?? []
        if let floor = floors.first(where: { $0.phase == phase.name }) { return floor.hits }
        let isTotal = !subject.phases.contains { $0.name == phase.name }
        return isTotal && !floors.isEmpty ? floors.reduce(into: LatencyHistogram()) { $0.merge($1.hits) } : nil
    }

    /// Whether combinations made different numbers of operations, so that their executions do not compare as they are.
    package var operationsDiffer: Bool { Set(subjects.map(\.total.counts.operations)).count > 1 }
}
