/// How a schedule chooses what comes next.
struct Pace: Hashable, Sendable {
    /// Which of the tasks that can run runs next.
    enum Order: Hashable, Sendable, CaseIterable {
        /// Any, with equal chances.
        case anyTask
        /// Mostly the one that has waited longest.
        case oldestFirst
        /// Mostly the one that became ready last, so that others starve.
        case newestFirst
    }

    var order: Order
    /// The probability, at each step, that time passes although tasks can run.
    var earlyTime: Double
    /// The probability, at each reading of the clock, that other tasks run before the reader goes on: what another
    /// processor could do between two instructions of it.
    var preemption: Double

    /// Whether time passes only when nothing can run, so that a late answer is the deduplicator's own fault.
    var isPrompt: Bool { earlyTime == 0 }

    init(_ random: inout SeededGenerator) {
        order = random.element(of: Order.allCases)
        earlyTime = random.chance(0.5) ? 0 : random.element(of: [0.02, 0.1, 0.3])
        preemption = random.chance(0.3) ? 0 : random.element(of: [0.05, 0.2, 0.5])
    }
}
