internal import ArgumentParser

/// What is built of a commit.
struct RevisionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of the package that --rev builds, seen from that of the repository. Default: Benchmarks.",
            valueName: "dir"))
    var package: String?

    @Option(help: ArgumentHelp("The executable that --rev builds. Default: dedupbench.", valueName: "name"))
    var product: String?

    /// Refuses what cannot be built, before anything is.
    ///
    /// - Throws: ``Failure`` with code 64 that names the option.
    func check(isAsked: Bool) throws(Failure) {
        if !isAsked, package ?? product != nil {
            throw Failure("\(package == nil ? "--product" : "--package"): nothing is built without --rev", .usage)
        }
        if package?.hasPrefix("/") == true {
            throw Failure("--package: give the folder as it is seen from that of the repository", .usage)
        }
    }

    /// Builds commits, in their order. All of them are looked up before the first is built, and all are built with the versions of
    /// what they depend on that the checkout has, or the first of them.
    ///
    /// - Throws: ``Failure``: 64 where there is no such commit, 65 where one cannot be built.
    func build(
        _ names: [String], _ interruption: Interruption, _ progress: ProgressDisplay
    ) async throws(Failure) -> [BenchProgram] {
        let source = Revision.Source(
            package: package ?? "Benchmarks", product: product ?? "dedupbench", interruption: interruption,
            progress: progress)
        var found: [Revision] = []
        for name in names { found.append(try await Revision(name, from: source)) }
        var built: [BenchProgram] = []
        var pins = found.first?.ownPins
        for revision in found {
            let (program, resolved) = try await revision.build(pins: pins)
            built.append(program)
            pins = pins ?? resolved
        }
        return built
    }
}
