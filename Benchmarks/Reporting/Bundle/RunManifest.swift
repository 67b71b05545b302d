internal import Verification

/// What `run.json` holds; also what `--format json` prints.
struct RunManifest: Encodable {
    struct Subject: Encodable {
        let subject: String
        let strategy: [String: String]
        let verdict: String
        let ending: String
        let reason: String?
        let invalidity: [String]
        let operations: Int
        let executions: Int
        let violations: Int
        let violationsByKind: [String: Int]
        let best: Bool?
        let gates: [Gate]
        let memory: Memory?

        enum CodingKeys: String, CodingKey {
            case subject, strategy, verdict, ending, reason, invalidity, operations, executions, violations
            case violationsByKind = "violations_by_kind"
            case best, gates, memory
        }
    }

    struct Gate: Encodable {
        let expression: String
        let observed: Double?
        let verdict: String
        let reason: String
    }

    struct Memory: Encodable {
        let verdict: String
        let bytesPerOperation: Double?
        let low: Double?
        let high: Double?
        let explanation: String

        enum CodingKeys: String, CodingKey {
            case verdict
            case bytesPerOperation = "leak_bytes_per_op"
            case low, high, explanation
        }
    }

    struct File: Encodable {
        let name: String
        let description: String
        let bytes: Int
    }

    let formatVersion = 1
    let runID: String
    let scenario: String
    let seed: UInt64
    let commit: String
    let startedAt: String
    let arguments: [String]
    let replay: String
    let partial: Bool
    let partialReason: String?
    let skipped: [String]
    let verdict: String
    let exitCode: Int32
    let subjects: [Subject]
    let files: [File]

    enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case runID = "run_id"
        case scenario, seed, commit
        case startedAt = "started_at"
        case arguments, replay, partial
        case partialReason = "partial_reason"
        case skipped, verdict
        case exitCode = "exit_code"
        case subjects, files
    }

    init(report: RunReport, files: [RunReport.File]) {
        runID = report.identity.id
        scenario = report.identity.scenario
        seed = report.identity.seed
        commit = report.identity.commit
        startedAt = report.identity.startedAt
        arguments = report.identity.arguments
        replay = report.identity.replay
        partial = report.isPartial
        partialReason = report.interruption
        skipped = report.skipped
        verdict = report.verdict.rawValue
        exitCode = report.exitCode
        let best = report.best?.title
        subjects = report.ranked.map { Subject($0, best: report.isMatrix ? $0.title == best : nil) }
        self.files = files.map { File(name: $0.name, description: $0.description, bytes: $0.text.utf8.count) }
    }
}

extension RunManifest.Subject {
    init(_ report: SubjectReport, best: Bool?) {
        subject = report.subject
        strategy = Dictionary(report.strategy.map { ($0.parameter, $0.value) }, uniquingKeysWith: { $1 })
        verdict = report.verdict.rawValue
        ending = report.ending.name
        reason = report.ending.reason
        invalidity = report.invalidity
        operations = report.total.counts.operations
        executions = report.total.counts.executions
        violations = report.verification?.violationCount ?? 0
        violationsByKind = Dictionary(
            (report.verification?.violationsByKind ?? [:]).map { ($0.key.rawValue, $0.value) },
            uniquingKeysWith: +)
        self.best = best
        gates = report.gates.map { gate in
            let judged = report.judged(gate)
            return RunManifest.Gate(
                expression: gate.gate.expression.description, observed: gate.observed?.value.finite,
                verdict: judged.verdict.rawValue, reason: judged.reason)
        }
        memory = report.memory.map { memory in
            RunManifest.Memory(
                verdict: memory.verdict, bytesPerOperation: memory.slope?.finite, low: memory.low?.finite,
                high: memory.high?.finite, explanation: memory.explanation)
        }
    }
}

extension SubjectEnding {
    /// The name used in reports.
    var name: String {
        switch self {
        case .finished: "finished"
        case .interrupted: "interrupted"
        case .hung: "hung"
        }
    }
}

extension Double {
    /// The number, or nil where JSON has no word for it.
    var finite: Double? { isFinite ? self : nil }
}
