internal import DedupVerification
internal import Measurement

/// Adds up what several processes or machines measured that ran one scenario at the same time.
///
/// Counts and histograms are added, so percentiles are those of all calls; a phase takes as long as in the slowest process,
/// so rates add up. What no process can see is not there: an execution in one process that duplicates one in another. Left
/// out is what has no sum: the series over time, how many calls were open on average, and a baseline. The most calls that were open at a
/// time are those of one process.
package enum RunMerge {
    /// The evidence of all runs together.
    ///
    /// - Parameters:
    ///   - runs: At least one, each with the name by which errors call it.
    ///   - arguments: The command line that merges.
    ///   - replay: The same, to be pasted into a shell.
    /// - Throws: ``MergeError`` if the runs are not of one scenario, or drove different subjects or phases.
    package static func merge(
        _ runs: [(name: String, evidence: RunEvidence)], arguments: [String], replay: String
    ) throws(MergeError) -> RunEvidence {
        guard let first = runs.first else { throw MergeError("there is nothing to merge") }
        var merged = first.evidence
        for other in runs.dropFirst() { try check(other, against: first) }
        merged.subjects = []
        for (number, subject) in first.evidence.subjects.enumerated() {
            var sum = subject.fromItsStart
            for other in runs.dropFirst() { sum.add(other.evidence.subjects[number].fromItsStart) }
            merged.subjects.append(sum)
        }
        merged.identity = identity(runs.map(\.evidence.identity))
        merged.identity.arguments = arguments
        merged.identity.replay = replay
        merged.parts = try parts(of: runs)
        merged.interruption = runs.compactMap(\.evidence.interruption)
            .min { ($0.exitCode, $0.reason) < ($1.exitCode, $1.reason) }
        merged.skipped = union(runs.map(\.evidence.skipped))
        merged.gates = union(runs.map(\.evidence.gates))
        merged.baseline = nil
        // The limit of the strictest: what was INVALID alone is not to pass among others.
        merged.lagLimit = runs.map { $0.evidence.lagLimit ?? RunEvidence.defaultLagLimit }.min()
        return merged
    }

    /// The single runs. One that is there twice would count twice.
    private static func parts(of runs: [(name: String, evidence: RunEvidence)]) throws(MergeError) -> [RunPart] {
        var origins: [RunPart: String] = [:]
        var parts: [RunPart] = []
        for (name, evidence) in runs {
            let own = RunPart(identity: evidence.identity, environment: evidence.environment)
            for part in evidence.parts.isEmpty ? [own] : evidence.parts {
                if let other = origins.updateValue(name, forKey: part) {
                    throw MergeError("\(name) and \(other) hold one run, \(part.identity.id), which would count twice")
                }
                parts.append(part)
            }
        }
        return parts
    }

    private static func union(_ lists: [[String]]) -> [String] {
        lists.reduce(into: []) { union, list in union += list.filter { !union.contains($0) } }
    }

    private static func identity(_ identities: [RunIdentity]) -> RunIdentity {
        var identity = identities[0]
        identity.id += "-merged"
        identity.commit = union(identities.map { [$0.commit] }).joined(separator: "+")
        identity.startedAt = identities.map(\.startedAt).min() ?? identity.startedAt
        return identity
    }

    private static func check(
        _ other: (name: String, evidence: RunEvidence), against first: (name: String, evidence: RunEvidence)
    ) throws(MergeError) {
        let (ours, theirs) = (lines(first.evidence), lines(other.evidence))
        if let difference = theirs.difference(from: ours) {
            throw MergeError(
                "\(other.name) is of another scenario than \(first.name): \(difference); only runs of one scenario add up"
            )
        }
        let (subjects, others) = (first.evidence.subjects, other.evidence.subjects)
        guard subjects.map(\.title) == others.map(\.title) else {
            throw MergeError(
                "\(other.name) drove \(others.map(\.title).joined(separator: ", ")), and \(first.name) drove "
                    + "\(subjects.map(\.title).joined(separator: ", "))")
        }
        for (subject, other) in zip(subjects, others) where subject.phases.map(\.name) != other.phases.map(\.name) {
            throw MergeError(
                "\(subject.title) did not run the same phases in \(first.name): one of the runs was not finished")
        }
    }

    /// What must be the same: the scenario, whatever fixed its randomness.
    private static func lines(_ evidence: RunEvidence) -> ScenarioLines {
        ScenarioLines(evidence.resolvedScenario, without: ["seed"])
    }
}

/// Why runs cannot be merged.
package struct MergeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, and with which run.
    package let description: String

    init(_ description: String) { self.description = description }
}

extension SubjectEvidence {
    /// The same with all times counted from the start of its first phase: clocks of different machines do not compare.
    fileprivate var fromItsStart: SubjectEvidence {
        guard let base = phases.first?.start else { return self }
        var shifted = self
        for index in shifted.phases.indices {
            shifted.phases[index].start -= min(shifted.phases[index].start, base)
            shifted.phases[index].series = []
            shifted.phases[index].heat = nil
            shifted.phases[index].load.stalls = shifted.phases[index].load.stalls?.earlier(by: base)
        }
        if let violations = verification?.violations {
            shifted.verification?.violations = violations.map { $0.earlier(by: base) }
        }
        return shifted
    }

    /// Adds what another process measured of the same subject.
    fileprivate mutating func add(_ other: SubjectEvidence) {
        if seed != other.seed { seed = nil }
        ending = [ending, other.ending].max { $0.order < $1.order } ?? ending
        isJudged = isJudged || other.isJudged
        if let more = other.verification { verification?.add(more) } else { verification = nil }
        for index in phases.indices { phases[index].addParallel(other.phases[index]) }
        for floor in other.floors ?? [] {
            if let index = floors?.firstIndex(where: { $0.phase == floor.phase }) {
                floors?[index].hits.merge(floor.hits)
            } else {
                floors = (floors ?? []) + [floor]
            }
        }
    }
}

extension PhaseEvidence {
    /// Adds what another process measured at the same time.
    fileprivate mutating func addParallel(_ other: PhaseEvidence) {
        start = min(start, other.start)
        duration = max(duration, other.duration)
        ending = [ending, other.ending].max { $0.severity < $1.severity } ?? ending
        intendedOperations = intendedOperations.flatMap { ours in other.intendedOperations.map { ours + $0 } }
        isVerified = isVerified && other.isVerified
        counts.add(other.counts)
        undisturbed = Self.undisturbed([self, other])
        latencies.merge(other.latencies)
        let (clients, workers) = (load.clients + other.load.clients, load.workers + other.load.workers)
        load.add(other.load)
        (load.clients, load.workers) = (clients, workers)
        popularity = Self.sum(popularity, other.popularity)
        edge = edge.flatMap { ours in other.edge.flatMap { ours.adding($0) } }
        let warmUps = warmUps + other.warmUps
        (warmUp, otherWarmUps) = (warmUps.first, warmUps.count > 1 ? Array(warmUps.dropFirst()) : nil)
        memory += other.memory
        stuck += other.stuck
        processesSpawned = Self.sum(processesSpawned, other.processesSpawned)
        allocatedEnd = Self.sum(allocatedEnd, other.allocatedEnd)
    }

    /// Rank by rank: the same keys need not be the popular ones in both.
    private static func sum(_ ours: [KeyPopularity], _ theirs: [KeyPopularity]) -> [KeyPopularity] {
        guard ours.map(\.last) == theirs.map(\.last) else { return [] }
        return zip(ours, theirs).map { ours, theirs in
            var sum = ours
            sum.requests += theirs.requests
            sum.expected += theirs.expected
            return sum
        }
    }

    private static func sum(_ first: Int?, _ second: Int?) -> Int? {
        first.flatMap { first in second.map { first + $0 } }
    }
}

extension SubjectEnding {
    /// Of several endings the last counts.
    fileprivate var order: (severity: Int, reason: String) {
        switch self {
        case .finished: (0, "")
        case .interrupted(let reason): (1, reason)
        case .hung(let reason): (2, reason)
        }
    }
}

extension PhaseEnding {
    /// Of several endings the one with the most counts.
    fileprivate var severity: Int {
        switch self {
        case .completed: 0
        case .historyFull: 1
        case .diskFull: 2
        case .stopped: 3
        case .hung: 4
        }
    }
}
