internal import Workloads

/// How much of a phase is made in a turn.
struct TurnSlice {
    /// How many slices a phase has at least that a number of requests ends.
    private static let slices = 64
    /// The most requests of such a slice, unless there are very many clients: some tens of milliseconds of hits.
    private static let mostRequests = 20_000
    /// How long a slice of a phase is at first that time ends: 20 ms, in nanoseconds.
    private static let length: UInt64 = 20_000_000
    /// The longest slice: 1 s, in nanoseconds.
    private static let longest: UInt64 = 1_000_000_000
    /// The fewest requests of each client in a slice, which ends with all waiting for the slowest.
    private static let fewestRequests = 16

    /// The most requests.
    let requests: Int
    /// How long it lasts at most, in nanoseconds.
    private(set) var time: UInt64
    private let clients: Int

    /// The slices of a phase; nil for one that is made in one turn: a warm-up, which does not count, and what cannot pause without
    /// becoming another load.
    init?(of plan: PhasePlan) {
        let phase = plan.phase
        guard !phase.warmup, !plan.stream.isOpen, plan.edge == nil, phase.memory == nil, phase.thinkTime == nil else {
            return nil
        }
        clients = plan.clients
        // Whole turns of all clients, so that no herd is torn; those of a herd do not all see the same time.
        let share = plan.isBoundByHistory ? 0 : min(plan.limit / Self.slices, Self.mostRequests)
        let isTimed = phase.duration != nil && !plan.hasHerds
        requests = isTimed ? .max : max(Self.fewestRequests, share / plan.clients) * plan.clients
        time = isTimed ? Self.length : .max
    }

    /// Learns how many requests were made in a slice: where they were few, the next ones are longer.
    mutating func learn(_ made: Int) {
        if time < Self.longest, made < Self.fewestRequests * clients { time = min(2 * time, Self.longest) }
    }
}
