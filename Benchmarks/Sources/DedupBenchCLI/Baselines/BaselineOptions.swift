internal import ArgumentParser

/// What a run is held against, and where it is kept for later ones.
struct BaselineOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Hold the run against this baseline. See `baseline --help` for how.", valueName: "name"))
    var baseline: String?

    @Option(
        help: ArgumentHelp(
            "Add the run to this baseline, which is made if need be.", valueName: "name"))
    var saveBaseline: String?

    @Flag(help: "Exit with 2 if the run regressed against its baseline.")
    var failOnRegression = false

    func validate() throws {
        if failOnRegression, baseline == nil {
            throw ValidationError("--fail-on-regression: there is nothing to regress against; name a --baseline")
        }
    }
}
