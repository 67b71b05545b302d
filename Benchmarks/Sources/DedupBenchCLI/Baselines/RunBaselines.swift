internal import Evidence
internal import Judging
internal import Reporting

/// The baselines of a run: the one that it is held against, and the one that it is added to.
struct RunBaselines {
    private let store: BaselineStore
    private let target: String?
    /// What the run is held against; nil when no baseline was named.
    let held: BaselineEvidence?

    /// Reads and checks what can be checked before the run.
    ///
    /// - Throws: ``Failure`` with code 64 for a name that is none or is not known, and 65 for a baseline that cannot be read
    ///   or is of another scenario.
    init(_ options: BaselineOptions, in results: String, resolvedScenario: String) throws(Failure) {
        store = BaselineStore(in: results)
        target = options.saveBaseline
        if let name = options.baseline {
            let baseline = try store.read(name, for: "--baseline", resolvedScenario)
            held = baseline.evidence(isDemanded: options.failOnRegression)
        } else {
            held = nil
        }
        guard let target else { return }
        try BaselineStore.check(target, for: "--save-baseline")
        if store.has(target) { _ = try store.read(target, for: "--save-baseline", resolvedScenario) }
    }

    /// Adds a run that has ended to its baseline, and says so. One that regressed against that very baseline is not added:
    /// the next run would be held against it.
    ///
    /// - Returns: The exit code, which is another one if the run was to be added and could not be.
    func save(_ report: RunReport, exitCode: Int32, _ console: Console) -> Int32 {
        guard let target else { return exitCode }
        let program = DedupBenchCommand.program
        if let comparison = report.comparison, comparison.baseline.name == target, comparison.verdict == .regression {
            console.error("\(program): the run regressed, so it was not added to the baseline \(target)\n")
            return exitCode
        }
        do {
            let baseline = try store.save([report.evidence], as: target, keeping: true)
            console.error("saved as run \(baseline.runs.count) of the baseline \(target)\n")
            return exitCode
        } catch {
            console.error("\(program): the run was not added to the baseline \(target): \(error)\n")
            return error is BaselineRefusal ? exitCode : Failure.Code.ofUnwritten(exitCode)
        }
    }
}

extension BaselineStore {
    /// Refuses what cannot be the name of a baseline.
    ///
    /// - Throws: ``Failure`` with code 64.
    static func check(_ name: String, for option: String? = nil) throws(Failure) {
        guard let problem = Baseline.problem(ofName: name) else { return }
        throw Failure((option.map { "\($0): " } ?? "") + problem, .usage)
    }

    /// Reads a baseline that was named on the command line.
    ///
    /// - Throws: ``Failure`` with code 64 for a name that is none or is not known, and 65 for a baseline that cannot be read.
    func read(_ name: String, for option: String? = nil) throws(Failure) -> Baseline {
        try Self.check(name, for: option)
        do throws(BaselineError) {
            return try baseline(name)
        } catch {
            let code: Failure.Code = if case .unknown = error { .usage } else { .badScenario }
            throw Failure((option.map { "\($0): " } ?? "") + "\(error)", code)
        }
    }

    /// Reads a baseline that must be of this scenario.
    ///
    /// - Throws: ``Failure`` as above, and with code 65 for another scenario.
    fileprivate func read(_ name: String, for option: String, _ resolvedScenario: String) throws(Failure) -> Baseline {
        let baseline = try read(name, for: option)
        guard let difference = baseline.mismatch(with: resolvedScenario) else { return baseline }
        throw Failure(
            "\(option): the run is of another scenario than the baseline \(name): \(difference); name another baseline, "
                + "or run what it was saved from", .badScenario)
    }
}
