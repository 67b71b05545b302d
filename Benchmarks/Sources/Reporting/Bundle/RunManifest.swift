internal import DedupVerification
internal import Evidence
internal import Judging
internal import Measurement
internal import Statistics

/// What `run.json` holds; also what `--format json` prints.
struct RunManifest: Encodable {
    struct Subject: Encodable {
        let subject: String
        let strategy: [String: String]
        let verdict: String
        let ending: String
        let reason: String?
        let invalidity: [String]
        let overload: [String]
        let operations: Int
        let executions: Int
        let violations: Int
        let violationsByKind: [String: Int]
        let best: Bool?
        let gates: [Gate]
        let phases: [Phase]
        let memory: Memory?

        enum CodingKeys: String, CodingKey {
            case subject, strategy, verdict, ending, reason, invalidity, overload, operations, executions, violations
            case violationsByKind = "violations_by_kind"
            case best, gates, phases, memory
        }
    }

    struct Phase: Encodable {
        let name: String
        let warmup: Bool
        let verdict: String?
        let ending: String
        let clients: Int?
        let workers: Int?
        let meanConcurrency: Double?
        let maximumConcurrency: Int?
        let overlappingDuplicates: Int?
        let backlogged: Int?
        let herds: Int?
        let overlappingHerds: Int?
        let herdSkew: UInt64?
        let longestStall: UInt64?
        let stalls: Int?
        let foreignProcessors: Double?
        let audits: [Audit]

        enum CodingKeys: String, CodingKey {
            case name, warmup, verdict, ending, clients, workers
            case meanConcurrency = "concurrency_mean"
            case maximumConcurrency = "concurrency_max"
            case overlappingDuplicates = "overlapping_duplicates"
            case backlogged, herds
            case overlappingHerds = "overlapping_herds"
            case herdSkew = "herd_skew_p99_ns"
            case longestStall = "hiccup_max_ns"
            case stalls
            case foreignProcessors = "foreign_processors"
            case audits
        }
    }

    struct Audit: Encodable {
        let name: String
        let passed: Bool
        let explanation: String
    }

    struct Gate: Encodable {
        let expression: String
        let phase: String?
        let observed: Double?
        let verdict: String
        let reason: String
    }

    struct Memory: Encodable {
        let verdict: String
        let bytesPerOperation: Double?
        let low: Double?
        let high: Double?
        let minimumDetectable: Double?
        let explanation: String

        enum CodingKeys: String, CodingKey {
            case verdict
            case bytesPerOperation = "leak_bytes_per_op"
            case low, high
            case minimumDetectable = "detectable_bytes_per_op"
            case explanation
        }
    }

    struct Baseline: Encodable {
        let name: String
        let runs: [String]
        let verdict: String
        let failsRun: Bool
        let notes: [String]
        let figures: [Figure]

        enum CodingKeys: String, CodingKey {
            case name, runs, verdict
            case failsRun = "fails_run"
            case notes, figures
        }
    }

    struct Figure: Encodable {
        let subject: String
        let phase: String
        let metric: String
        let baselineMedian: Double?
        let observed: Double?
        let worseRatio: Double?
        let low: Double?
        let high: Double?
        let threshold: Double?
        let verdict: String
        let reason: String?

        enum CodingKeys: String, CodingKey {
            case subject, phase, metric
            case baselineMedian = "baseline_median"
            case observed
            case worseRatio = "worse_ratio"
            case low = "ci_low"
            case high = "ci_high"
            case threshold = "threshold_ratio"
            case verdict, reason
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
    let lagLimit: UInt64
    let mergedFrom: [String]?
    let partial: Bool
    let partialReason: String?
    let skipped: [String]
    let verdict: String
    let exitCode: Int32
    let baseline: Baseline?
    let subjects: [Subject]
    let files: [File]

    enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case runID = "run_id"
        case scenario, seed, commit
        case startedAt = "started_at"
        case arguments, replay
        case lagLimit = "lag_limit_ns"
        case mergedFrom = "merged_from"
        case partial
        case partialReason = "partial_reason"
        case skipped, verdict
        case exitCode = "exit_code"
        case baseline, subjects, files
    }

    init(report: RunReport, files: [BundleContents.File]) {
        runID = report.identity.id
        scenario = report.identity.scenario
        seed = report.identity.seed
        commit = report.identity.commit
        startedAt = report.identity.startedAt
        arguments = report.identity.arguments
        replay = report.identity.replay
        lagLimit = report.evidence.lagLimit ?? RunEvidence.defaultLagLimit
        mergedFrom = report.parts.isEmpty ? nil : report.parts.map(\.identity.id)
        partial = report.isPartial
        partialReason = report.interruption?.reason
        skipped = report.skipped
        verdict = report.verdict.rawValue
        exitCode = report.exitCode
        baseline = report.comparison.map(Baseline.init)
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
        overload = report.overload
        operations = report.total.counts.operations
        executions = report.total.counts.executions
        violations = report.verification?.violationCount ?? 0
        violationsByKind = Dictionary(
            (report.verification?.violationsByKind ?? [:]).map { ($0.key.rawValue, $0.value) },
            uniquingKeysWith: +)
        self.best = best
        gates = report.allGateRows.map { row in
            RunManifest.Gate(
                expression: row.name, phase: row.gate.phase, observed: row.gate.observed?.value.finite,
                verdict: row.verdictName, reason: row.reason)
        }
        phases = report.phases.map { RunManifest.Phase($0, verdict: report.verdict(of: $0)) }
        memory = report.growth.map { memory in
            RunManifest.Memory(
                verdict: memory.verdict.rawValue, bytesPerOperation: memory.slope?.finite, low: memory.low?.finite,
                high: memory.high?.finite, minimumDetectable: memory.minimumDetectable,
                explanation: memory.explanation)
        }
    }
}

extension RunManifest.Phase {
    init(_ report: PhaseReport, verdict: RunVerdict?) {
        name = report.name
        warmup = report.isWarmup
        self.verdict = verdict?.rawValue
        ending = report.ending.rawValue
        let load = report.load
        clients = load.clients
        workers = load.workers
        meanConcurrency = load.meanConcurrency?.finite
        maximumConcurrency = load.maximumConcurrency
        overlappingDuplicates = load.overlappingDuplicates
        backlogged = load.backlogged
        herds = load.herds?.released
        overlappingHerds = load.herds?.overlapping
        herdSkew = load.herds?.skew.percentile(99)
        longestStall = load.longestStall
        stalls = load.stalls?.count
        foreignProcessors = load.foreignProcessors
        audits = report.audits.map {
            RunManifest.Audit(name: $0.name, passed: $0.passed, explanation: $0.explanation)
        }
    }
}

extension RunManifest.Baseline {
    init(_ comparison: BaselineComparison) {
        name = comparison.baseline.name
        runs = comparison.baseline.runs.map(\.id)
        verdict = comparison.verdict.rawValue
        failsRun = comparison.failsRun
        notes = comparison.notes
        figures = comparison.results.map { result in
            RunManifest.Figure(
                subject: result.metric.arm, phase: result.metric.phase, metric: result.metric.metric.name,
                baselineMedian: Median.of(result.metric.reference)?.finite,
                observed: result.metric.candidate.first?.finite, worseRatio: result.worsening.value.finite,
                low: result.worsening.low.finite, high: result.worsening.high.finite,
                threshold: result.threshold.finite, verdict: result.verdict.rawValue, reason: result.reason)
        }
    }
}
