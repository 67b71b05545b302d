internal import DedupBenchKit
internal import Evidence
internal import Judging
internal import LoadGeneration
internal import Workloads

/// One of the things that are compared.
struct ComparisonArm {
    /// What it is called.
    let title: String
    /// Runs it once.
    let measure: () async throws(Failure) -> SubjectEvidence
}

/// Runs the arms of a comparison round by round: all of them on the same requests, in an order that is drawn anew for each round,
/// and the reference twice.
struct ComparisonDriver {
    /// The first one is the reference.
    let arms: [ComparisonArm]
    let rounds: Int
    /// What fixes the order of the arms.
    let seed: UInt64
    let interruption: Interruption
    let progress: ProgressDisplay

    /// Runs all rounds.
    ///
    /// - Throws: ``Failure`` when an arm cannot be driven, or the run is interrupted: there is then nothing to compare.
    func run() async throws(Failure) -> ComparisonRounds {
        var outcome = ComparisonRounds(arms: arms.map(\.title))
        var random = RandomStream(seed: seed, name: "order of arms")
        for round in 1...rounds {
            var measured = [SubjectEvidence?](repeating: nil, count: arms.count + 1)
            // The last place is the reference once more.
            for place in random.permutation(arms.count + 1).map(Int.init) {
                guard interruption.reason == nil else { throw interruption.failure }
                let arm = arms[place == arms.count ? 0 : place]
                progress.show("round \(round)/\(rounds): \(arm.title)")
                measured[place] = try await arm.measure()
            }
            outcome.add(measured.compactMap(\.self))
        }
        return outcome
    }
}

extension RunDriver {
    /// The arms of a plan: every subject in every combination of the matrix.
    ///
    /// - Throws: ``Failure`` when the requests of one cannot be drawn.
    func arms() throws(Failure) -> [ComparisonArm] {
        var arms: [ComparisonArm] = []
        for combination in plan.combinations {
            let named = plan.subjects.map { subject in
                (subject, title: SubjectEvidence(subject: subject.name, strategy: combination.strategy).title)
            }
            let runner: LoadRunner
            do {
                runner = try makeRunner(for: combination)
            } catch {
                throw Self.failure(from: error, driving: "\(plan.file): \(named[0].title)")
            }
            arms += named.map { arm($0, title: $1, in: combination, with: runner) }
        }
        return arms
    }

    private func arm(
        _ subject: SubjectBlueprint, title: String, in combination: RunPlan.Combination, with runner: LoadRunner
    ) -> ComparisonArm {
        ComparisonArm(title: title) { () async throws(Failure) in
            do {
                return try await run(subject, in: combination, with: runner)
            } catch {
                throw Self.failure(from: error, driving: "\(plan.file): \(title)")
            }
        }
    }
}
