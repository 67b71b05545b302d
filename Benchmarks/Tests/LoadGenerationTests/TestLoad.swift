import DedupBenchKit
import DedupVerification
import Evidence
import Judging
import LoadGeneration
import Simulation
import Workloads

/// Builds scenarios for tests without files.
enum TestLoad {
    /// A scenario of one closed phase over the given requests.
    static func closed(_ requests: [Request], clients: Int, configure: (inout Phase) -> Void = { _ in }) -> Scenario {
        var phase = Phase()
        phase.name = "phase"
        phase.clients = clients
        phase.operations = requests.count
        configure(&phase)
        var scenario = Scenario()
        scenario.name = "test"
        scenario.workload.keys.count = Int(requests.map(\.key).max() ?? 0) + 1
        scenario.phases = [phase]
        return scenario
    }

    /// Requests that take the keys in turn.
    static func requests(_ count: Int, keys: Int, latency: Duration = .zero, size: Int = 16) -> [Request] {
        let nanoseconds = UInt32(latency.nanoseconds)
        return (0..<count).map {
            Request(key: UInt32($0 % keys), latency: nanoseconds, valueSize: UInt32(size))
        }
    }

    /// Runs one phase over exactly these requests; by default on a simulated machine, where calls take no time but what
    /// their operations wait for.
    static func run(
        _ make: @escaping @Sendable (SubjectSettings) throws -> any Subject, _ promises: Promises,
        under duplicates: SystemSettings.Duplicates = .join, blocks: Bool = false, isJudged: Bool = true,
        requests: [Request], clients: Int,
        configuration: LoadConfiguration = LoadConfiguration(workers: 2, stoppingRule: GateStoppingRule()),
        machine: any Machine = SimulatedMachine(), stop: StopSignal = StopSignal(),
        configure: (inout Phase) -> Void = { _ in }
    ) async throws -> SubjectRun {
        var scenario = closed(requests, clients: clients, configure: configure)
        scenario.system.duplicates = duplicates
        let isOpen = scenario.phases[0].isOpen
        let stream = RequestStream(requests, isOpen: isOpen, limit: scenario.phases[0].operationLimit)
        let runner = try LoadRunner(
            scenario, streams: [stream], configuration: configuration, machine: machine, stop: stop)
        var blueprint = SubjectBlueprint(
            name: "tested", summary: "", promises: promises, blocks: blocks, make: make)
        blueprint.isJudged = isJudged
        return try await runner.run(blueprint)
    }
}

extension PhaseEvidence {
    /// What the audits find in it.
    var audits: [AuditFinding] { AuditJudge().findings(of: self) }
}

extension Phase {
    /// Requests arrive at their intended times.
    mutating func isReplayed() {
        model = .trace
        speed = .factor(1)
    }
}

extension SubjectRun {
    /// The checker's judgement, for results that live for the given time.
    func verify(_ freshness: FreshnessRule = FreshnessRule(.unbounded)) -> VerificationResult {
        HistoryChecker(
            freshness: freshness, capacityBounded: subject.promises.eviction != .never,
            duplicateMode: subject.promises.duplicates
        ).check(history, counters: counters)
    }
}
