internal import DedupVerification
internal import Foundation
package import Workloads

/// What one phase will need, known before it starts.
package struct PhasePlan: Sendable {
    var phase: Phase
    var number: UInt16
    var stream: RequestStream
    /// Positions from here on are not asked for.
    var limit: Int
    /// Whether `limit` comes from the room in the history and not from the scenario.
    var isBoundByHistory: Bool
    /// Queues or threads that drive the clients.
    var workers: Int
    /// Whether they are threads, one a client.
    var workersAreThreads: Bool

    var clients: Int { max(1, phase.clients) }

    /// Whether clients are released together, turn by turn.
    var hasHerds: Bool

    /// The numbers of samples of memory at which growth is judged; empty where memory is not sampled.
    var looks: [Int]

    /// The most calls that the clients of a worker make.
    ///
    /// Worker w of n has the clients w, w + n and so on, and client c of m takes the positions c, c + m and so on; in an open
    /// loop a worker takes positions like that itself.
    func calls(ofWorker worker: Int) -> Int {
        let share = { [workers] (count: Int) in count / workers + (worker < count % workers ? 1 : 0) }
        if worker >= workers { return 0 }
        return stream.isOpen ? share(limit) : limit / clients * share(clients) + share(limit % clients)
    }
}

/// What a run will need: the phases, and room for their history.
package struct LoadPlan: Sendable {
    /// What each phase will need, in order.
    package private(set) var phases: [PhasePlan] = []

    /// The most calls of all phases.
    var calls: Int { phases.reduce(0) { $0 + $1.limit } }
    /// The room of each lane of the history, one a worker, in calls: together as many as there are.
    package var lanes: [Int] {
        (0..<(phases.map(\.workers).max() ?? 1)).map { worker in
            phases.reduce(0) { $0 + $1.calls(ofWorker: worker) }
        }
    }

    /// A plan for one stream a phase, and clients that block or do not.
    ///
    /// - Throws: ``LoadError`` when the history has no room for so many requests.
    package init(
        _ scenario: Scenario, streams: [RequestStream], blocks: Bool, configuration: LoadConfiguration
    ) throws(LoadError) {
        let (looks, room) = try Self.fit(scenario, streams, configuration)
        for (number, phase) in scenario.phases.enumerated() {
            let stream = streams[number]
            let bound = Self.bound(phase, stream, looks[number])
            let clients = max(1, phase.clients)
            let queues = configuration.workers ?? ProcessInfo.processInfo.activeProcessorCount
            phases.append(
                PhasePlan(
                    phase: phase, number: UInt16(number), stream: stream, limit: bound ?? room,
                    isBoundByHistory: bound == nil, workers: blocks ? clients : min(clients, queues),
                    workersAreThreads: blocks,
                    hasHerds: !stream.isOpen && clients > 1 && scenario.keys(of: phase).distribution == .burst,
                    looks: looks[number]))
        }
    }

    /// How often growth is judged in each phase, and the calls left for each phase that only time bounds.
    ///
    /// A memory phase may go on until growth can be told from none, if a gate asks and the history has room for it.
    private static func fit(
        _ scenario: Scenario, _ streams: [RequestStream], _ configuration: LoadConfiguration
    ) throws(LoadError) -> (looks: [[Int]], room: Int) {
        let once = scenario.phases.map { phase in phase.memory.map { [$0.samples] } ?? [] }
        let all = scenario.phases.map { $0.memory?.looks ?? [] }
        if !configuration.growthLimits.isEmpty, all != once,
            let room = try? room(scenario, streams, all, limit: configuration.historyLimit)
        {
            return (all, room)
        }
        return (once, try room(scenario, streams, once, limit: configuration.historyLimit))
    }

    /// How many requests end the phase at the latest; nil if only time does.
    private static func bound(_ phase: Phase, _ stream: RequestStream, _ looks: [Int]) -> Int? {
        if stream.isOpen { return stream.count }
        if let memory = phase.memory, let samples = looks.last { return samples * memory.operations }
        return stream.limit ?? (phase.duration == nil ? stream.count : nil)
    }

    /// The calls left for each phase that only time bounds.
    private static func room(
        _ scenario: Scenario, _ streams: [RequestStream], _ looks: [[Int]], limit: Int
    ) throws(LoadError) -> Int {
        let bounds = scenario.phases.indices.map { bound(scenario.phases[$0], streams[$0], looks[$0]) }
        let needed = bounds.reduce(0) { $0 + ($1 ?? 0) }
        let timed = bounds.count { $0 == nil }
        guard needed + timed <= limit else {
            throw LoadError(
                "phases: together they make \(needed) requests (\(Self.list(scenario, bounds))), more than the "
                    + "history holds (historyLimit \(limit)); ask for fewer `operations`, or for a larger history with --history-limit"
            )
        }
        return timed == 0 ? 0 : (limit - needed) / timed
    }

    /// The requests of each phase, by name.
    private static func list(_ scenario: Scenario, _ bounds: [Int?]) -> String {
        zip(scenario.phases, bounds).compactMap { phase, bound in bound.map { "\(phase.name) \($0)" } }
            .joined(separator: ", ")
    }
}
