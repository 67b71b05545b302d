internal import DedupBenchKit
internal import Evidence
internal import Judging
internal import LoadGeneration
internal import Workloads

/// One of the things that are compared.
struct ComparisonArm: Sendable {
    /// What it is called.
    let title: String
    /// Runs it once: in turn with others, or, without turns, alone.
    let measure: @Sendable ((any Turns)?) async throws(Failure) -> ArmRun
}

/// What an arm has left of a round.
struct ArmRun {
    let evidence: SubjectEvidence
    /// Whether it made its requests slice by slice, if it was to; a build that does not know how runs as a whole in one turn.
    var tookTurns = true
}

/// Runs the arms of a comparison round by round: all of them on the same requests, in an order that is drawn anew for each round,
/// and the reference twice.
struct ComparisonDriver {
    /// The first one is the reference.
    let arms: [ComparisonArm]
    let rounds: Int
    /// Whether the arms of a round are run in turn, slice by slice, and not one after the other.
    let isInTurn: Bool
    /// What fixes the order of the arms.
    let seed: UInt64
    /// How far the load of a run may be from the declared one.
    let audits: AuditLimits
    let interruption: Interruption
    let progress: ProgressDisplay

    /// Runs all rounds.
    ///
    /// - Throws: ``Failure`` when an arm cannot be driven, or the run is interrupted: there is then nothing to compare.
    func run() async throws(Failure) -> ComparisonRounds {
        var outcome = ComparisonRounds(arms: arms.map(\.title))
        var random = RandomStream(seed: seed, name: "order of arms")
        for round in 1...rounds {
            // The last place is the reference once more.
            let places = arms + [arms[0]]
            let runs =
                isInTurn
                ? try await inTurn(places, seed: random.word(), round)
                : try await oneAfterTheOther(places, random.permutation(places.count).map(Int.init), round)
            outcome.add(runs.map { SubjectReport($0.evidence, gates: [], audits: audits) })
            for (place, run) in zip(places, runs) where !run.tookTurns {
                outcome.doubt(
                    "\(place.title) does not know how to take turns: it ran as a whole while the others rested")
            }
        }
        return outcome
    }

    private func oneAfterTheOther(
        _ places: [ComparisonArm], _ order: [Int], _ round: Int
    ) async throws(Failure) -> [ArmRun] {
        var measured = [ArmRun?](repeating: nil, count: places.count)
        for place in order {
            guard interruption.reason == nil else { throw interruption.failure }
            progress.show("round \(round)/\(rounds): \(places[place].title)")
            measured[place] = try await places[place].measure(nil)
        }
        return measured.compactMap(\.self)
    }

    private func inTurn(
        _ places: [ComparisonArm], seed: UInt64, _ round: Int
    ) async throws(Failure) -> [ArmRun] {
        guard interruption.reason == nil else { throw interruption.failure }
        progress.show("round \(round)/\(rounds): \(arms.map(\.title).joined(separator: ", ")), in turn")
        let table = TurnTable(runs: places.count, seed: seed)
        let measured = await withTaskGroup(of: (Int, Result<ArmRun, Failure>).self) { group in
            for (place, arm) in places.enumerated() {
                group.addTask {
                    do throws(Failure) {
                        return (place, .success(try await arm.measure(table.turns(of: place))))
                    } catch {
                        return (place, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        // What an interruption leaves is no round.
        guard interruption.reason == nil else { throw interruption.failure }
        var runs: [ArmRun] = []
        for place in places.indices { if let result = measured[place] { runs.append(try result.get()) } }
        return runs
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
        ComparisonArm(title: title) { turns async throws(Failure) in
            do {
                return ArmRun(evidence: try await run(subject, in: combination, with: runner, turns: turns))
            } catch {
                throw Self.failure(from: error, driving: "\(plan.file): \(title)")
            }
        }
    }
}
