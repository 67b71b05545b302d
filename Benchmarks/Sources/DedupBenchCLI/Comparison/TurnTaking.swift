internal import Evidence
internal import Judging
internal import Workloads

/// Whether the arms of a comparison are run in turn, slice by slice, or one after the other.
///
/// In turn, what the machine does at a time meets all arms alike. It takes figures that are an arm's own, and results that
/// do not expire while others have their turn.
struct TurnTaking {
    /// Whether they are.
    let isInTurn: Bool
    /// What is to be known of that; nil where nothing is.
    let note: String?

    /// Decides for the arms of a plan.
    ///
    /// - Parameters:
    ///   - asked: What the command line asks for; nil: nothing.
    ///   - isOfBuilds: Whether the arms are builds, which are processes of their own and have their own memory.
    /// - Throws: ``Failure`` with code 64 where they cannot be run as asked.
    init(_ asked: Bool?, of plan: RunPlan, _ metrics: [Metric], isOfBuilds: Bool) throws(Failure) {
        if let obstacle = Self.obstacle(plan, metrics, isOfBuilds: isOfBuilds) {
            if asked == true { throw Failure("--in-turn: \(obstacle)", .usage) }
            (isInTurn, note) = (false, nil)
            return
        }
        let expires = plan.combinations.contains { combination in
            let cache = combination.scenario.system.cache
            return cache.timeToLive.rule != .forever || cache.failures != nil
        }
        isInTurn = asked ?? !expires
        note =
            switch (expires, asked) {
            case (true, true?):
                "results expire while other arms have their turn, so that there are fewer hits than in a run alone"
            case (true, nil):
                "the arms ran one after the other, as results expire; --in-turn, or --set cache.ttl=forever, tells more"
            default: nil
            }
    }

    private static func obstacle(_ plan: RunPlan, _ metrics: [Metric], isOfBuilds: Bool) -> String? {
        let hasMemory = plan.combinations.contains { $0.scenario.phases.contains { $0.memory != nil } }
        if !isOfBuilds, hasMemory || metrics.contains(where: { $0.definition.dimension == .bytes }) {
            return "memory is that of the process, so it takes one arm at a time"
        }
        // The time that the machine did not run us is one for all arms that are there.
        let stalls = metrics.first { $0 == .load(.longestStall) }
        return stalls.map { "\($0.name) is that of the machine, so it takes one arm at a time" }
    }
}
