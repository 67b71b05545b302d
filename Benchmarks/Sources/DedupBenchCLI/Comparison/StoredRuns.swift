internal import Evidence
internal import Foundation
internal import Judging
internal import Measurement
internal import Reporting

/// Runs that were made earlier, one after the other, as an arm of a comparison: a bundle, or a folder of bundles.
struct StoredRuns {
    /// The folder, as it was given.
    let name: String
    /// What they measured, the earliest first.
    let runs: [RunEvidence]
    /// Where the files really are, whatever links lead there.
    let places: [String]

    /// Reads the runs of a bundle, of its `evidence.json`, or of every bundle in a folder.
    ///
    /// - Throws: ``Failure`` with code 65 that names the file, and for runs of several scenarios and runs that are not whole.
    init(at path: String) throws(Failure) {
        name = path
        var read: [(file: String, evidence: RunEvidence)] = []
        for bundle in Self.bundles(at: path) {
            do throws(EvidenceError) {
                read.append((bundle, try BundleReader.evidence(of: bundle)))
            } catch {
                throw Failure("\(error)", .badScenario)
            }
        }
        read.sort { ($0.evidence.identity.startedAt, $0.file) < ($1.evidence.identity.startedAt, $1.file) }
        runs = read.map(\.evidence)
        places = read.map { URL(fileURLWithPath: $0.file).resolvingSymlinksInPath().path }
        for (file, evidence) in read {
            if let interruption = evidence.interruption {
                throw Failure("\(file) is not whole: \(interruption.reason); leave it out", .badScenario)
            }
            guard let difference = evidence.load.difference(from: read[0].evidence.load) else { continue }
            throw Failure(
                "\(file) is of another scenario than \(read[0].file): \(difference); runs of one scenario are the rounds of "
                    + "an arm", .badScenario)
        }
    }

    /// The bundles in a folder; the path itself if that is one, or none, so that the error names it.
    private static func bundles(at path: String) -> [String] {
        let files = FileManager.default
        guard !files.fileExists(atPath: "\(path)/\(EvidenceFile.name)") else { return [path] }
        let names = ((try? files.contentsOfDirectory(atPath: path)) ?? []).sorted()
        let bundles = names.map { "\(path)/\($0)" }.filter { folder in
            // `latest` is a link to one of them.
            files.fileExists(atPath: "\(folder)/\(EvidenceFile.name)")
                && (try? files.destinationOfSymbolicLink(atPath: folder)) == nil
        }
        return bundles.isEmpty ? [path] : bundles
    }

    /// What its subjects are called, or those of them that were chosen.
    func titles(of chosen: [String] = []) -> [String] {
        let subjects = runs.first?.subjects ?? []
        return subjects.filter { chosen.isEmpty || chosen.contains($0.subject) || chosen.contains($0.title) }.map(
            \.title)
    }

    /// The phases that count.
    var phases: [String] { runs.first?.subjects.first?.measured.map(\.name) ?? [] }

    /// The run of a round.
    func report(of title: String, round: Int) throws(Failure) -> SubjectReport {
        let run = runs[round]
        guard let subject = run.subjects.first(where: { $0.title == title }) else {
            throw Failure("\(run.identity.id) of \(name) has not run `\(title)`", .badScenario)
        }
        return SubjectReport(subject, gates: [], audits: AuditLimits(of: run))
    }
}

/// Holds runs that were made earlier against others.
struct StoredComparison {
    /// The first one is the reference.
    let arms: [StoredRuns]
    /// How many rounds there are: as many as the arm with the fewest runs has.
    let count: Int
    /// What is to be known of the arms together.
    private(set) var notes: [String] = []

    /// A comparison of two arms or more.
    ///
    /// - Throws: ``Failure`` if a run is in two of them.
    init(_ arms: [StoredRuns]) throws(Failure) {
        self.arms = arms
        count = arms.map(\.runs.count).min() ?? 0
        var owners: [String: String] = [:]
        for arm in arms {
            for place in arm.places {
                if let other = owners.updateValue(arm.name, forKey: place) {
                    throw Failure(
                        "\(place) is in \(other) and in \(arm.name): it would be held against itself", .badScenario)
                }
            }
            let commits = Set(arm.runs.map(\.identity.commit)).sorted()
            if commits.count > 1 {
                notes.append("\(arm.name) holds runs of \(commits.count) commits: \(commits.joined(separator: ", "))")
            }
            if arm.runs.count > count {
                notes.append("\(arm.name) has \(arm.runs.count) runs, of which the first \(count) are compared")
            }
            if let difference = arm.runs.first?.load.difference(from: arms[0].runs[0].load) {
                notes.append("\(arm.name) is of another scenario than \(arms[0].name): \(difference)")
            }
        }
    }

    /// Says that there are too few rounds to tell so many metrics apart; nil if there are not.
    func shortage(metrics: Int) -> String? {
        let needed = Comparison.fewestRounds(metrics: metrics)
        guard count < needed else { return nil }
        return
            "each has \(count) \(count == 1 ? "run" : "runs"): nothing of \(metrics) figures can be told for sure from fewer "
            + "than \(needed)"
    }

    /// Why times say nothing about the arms: what differs between the machines, or the days; nil when nothing does.
    var elsewhere: String? {
        let machines = arms.flatMap(\.runs).map { MachineFingerprint($0.environment) }
        if let difference = machines.flatMap({ $0.differences(from: machines[0]) }).first {
            return "the runs were made on different machines: \(difference)"
        }
        return arms.dropFirst().lazy.compactMap { separation(of: $0) }.first
    }

    /// Says that an arm and the reference were not run in turn: what the machine did meanwhile would be taken for a difference
    /// of theirs. Runs in turn change between the two nearly as often as there are runs. Of runs that started at the same time, as
    /// far as that was written down, the order is not known; they count as those of one arm after those of the other.
    private func separation(of arm: StoredRuns) -> String? {
        let order = (0..<count).flatMap { round in
            [(arms[0].runs[round].identity.startedAt, 0), (arm.runs[round].identity.startedAt, 1)]
        }.sorted { $0 < $1 }.map(\.1)
        let changes = zip(order, order.dropFirst()).count { $0 != $1 }
        guard changes < count else { return nil }
        return
            "the runs of \(arm.name) and \(arms[0].name) were not made in turn, so what the machine did in between counts too"
    }

    /// The rounds of each subject. Where each arm has one subject, these are compared whatever they are called; else those
    /// that all arms have.
    ///
    /// - Parameter chosen: The subjects that are asked for; none for all.
    /// - Throws: ``Failure`` where there is nothing to compare.
    func rounds(of chosen: [String]) throws(Failure) -> [ComparisonRounds] {
        let titles = arms.map { $0.titles(of: chosen) }
        if titles.allSatisfy({ $0.count == 1 }) {
            return [try rounds(titles.map { $0[0] }, named: arms.map(\.name))]
        }
        let common = titles[0].filter { title in titles.allSatisfy { $0.contains(title) } }
        guard !common.isEmpty else {
            let had = arms.map { "\($0.name) has \($0.titles().joined(separator: ", "))" }.joined(separator: "; ")
            throw Failure("there is no subject that all have: \(had)", .badScenario)
        }
        var all: [ComparisonRounds] = []
        for title in common {
            let names = arms.map { "\($0.name): \(title)" }
            all.append(try rounds([String](repeating: title, count: arms.count), named: names))
        }
        return all
    }

    private func rounds(_ titles: [String], named names: [String]) throws(Failure) -> ComparisonRounds {
        var rounds = ComparisonRounds(arms: names)
        for round in 0..<count {
            var measured: [SubjectReport] = []
            for (arm, title) in zip(arms, titles) { measured.append(try arm.report(of: title, round: round)) }
            // What the reference differs from itself by is seen between one of its runs and the next.
            measured.append(try arms[0].report(of: titles[0], round: (round + 1) % count))
            rounds.add(measured)
        }
        return rounds
    }
}

extension RunEvidence {
    /// What decides which requests were made and how, whatever fixed their randomness.
    fileprivate var load: ScenarioLines {
        ScenarioLines(resolvedScenario, without: ["description", "subjects", "gates", "seed"])
    }
}
