internal import ArgumentParser
internal import DedupBenchKit
internal import Foundation
internal import Reporting

/// What a comparison compares in place of subjects and settings of this build.
struct ComparedOptions: ParsableArguments {
    @Option(
        name: .customLong("rev"),
        help: ArgumentHelp("Build this commit and run its program; repeatable.", valueName: "commit"))
    var revisions: [String] = []

    @Option(
        name: .customLong("program"),
        help: ArgumentHelp("Run this build of the program; repeatable, after those of --rev.", valueName: "path"))
    var programs: [String] = []

    @Option(
        help: ArgumentHelp(
            "Compare runs that were made before: a bundle, or a folder of bundles; repeatable.", valueName: "path"))
    var bundles: [String] = []

    @OptionGroup var built: RevisionOptions

    /// Refuses what cannot be compared together, before anything is read, built or run.
    ///
    /// - Throws: ``Failure`` with code 64 that names the option.
    func check(_ plan: PlanOptions, rounds: Int?) throws(Failure) {
        let ran = revisions + programs
        if !bundles.isEmpty {
            guard ran.isEmpty else {
                throw Failure("--bundles: runs that were made before are not compared with new ones", .usage)
            }
            guard bundles.count > 1 else {
                throw Failure("--bundles: there is nothing to compare: name a second one", .usage)
            }
            let unused = [
                ("a scenario", plan.scenario != nil), ("--set", !plan.settings.isEmpty),
                ("--matrix", !plan.matrix.isEmpty), ("--seed", plan.seed != nil), ("--rounds", rounds != nil),
            ]
            if let option = unused.first(where: \.1)?.0 {
                throw Failure("--bundles: nothing is run, so \(option) has no meaning", .usage)
            }
        }
        try built.check(isAsked: !revisions.isEmpty)
        guard !ran.isEmpty else { return }
        guard plan.matrix.isEmpty else {
            throw Failure("--matrix: a comparison is one of builds or of settings, not of both", .usage)
        }
        for path in programs where !FileManager.default.isExecutableFile(atPath: path) {
            throw Failure("--program: \(path) is no executable file", .usage)
        }
    }

    /// The arms of a comparison of builds, each of which runs the one subject of a plan.
    ///
    /// - Throws: ``Failure`` if the plan has several, or one cannot be built.
    func arms(of plan: PlanOptions, _ driver: RunDriver) async throws(Failure) -> [ComparisonArm] {
        let subjects = driver.plan.subjects.map(\.name)
        guard subjects.count == 1 else {
            throw Failure(
                "--subject: builds are compared by one subject, and the scenario has \(subjects.joined(separator: ", ")); "
                    + "choose one", .usage)
        }
        var programs = try await built.build(revisions, driver.context.interruption, driver.progress)
        for path in self.programs {
            programs.append(BenchProgram(title: path, path: path.contains("/") ? path : "./" + path))
        }
        let scratch = try ScratchFolder(of: "compare")
        let arguments = plan.arguments(of: driver.plan, subject: subjects[0])
        return Self.toldApart(programs).map { $0.arm(arguments, subject: subjects[0], scratch: scratch, driver) }
    }

    /// One build may be held against itself, which shows what the machine alone does.
    private static func toldApart(_ programs: [BenchProgram]) -> [BenchProgram] {
        var counts: [String: Int] = [:]
        return programs.map { program in
            counts[program.title, default: 0] += 1
            let count = counts[program.title] ?? 1
            return count == 1 ? program : BenchProgram(title: "\(program.title); \(count)", path: program.path)
        }
    }
}
