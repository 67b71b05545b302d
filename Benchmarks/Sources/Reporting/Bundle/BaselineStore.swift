package import Evidence
internal import Glibc
package import Judging
internal import Wording

/// The baselines beside the bundles of a results folder: `baselines/<name>.ndjson`, a line a run, each of them what the
/// `evidence.json` of its bundle holds.
///
/// A baseline is replaced as a whole, by giving a complete file its name: a reader finds the old one or the new one. Of two
/// processes that save at the same time one waits for the other.
package struct BaselineStore: Sendable {
    /// The folder that holds them; it is made when the first one is saved.
    package let folder: String
    private static let suffix = ".ndjson"
    /// For how long another process that saves is waited for.
    private let patience: Duration

    /// The baselines of a results folder.
    ///
    /// - Parameters:
    ///   - results: The folder.
    ///   - patience: For how long another process that saves is waited for. Default 30 s.
    package init(in results: String, patience: Duration = .seconds(30)) {
        folder = "\(results)/baselines"
        self.patience = patience
    }

    /// The names, sorted.
    package var names: [String] {
        BundleFile.names(in: folder).filter { $0.hasSuffix(Self.suffix) && !$0.hasPrefix(".") }
            .map { String($0.dropLast(Self.suffix.count)) }.sorted()
    }

    /// The file of a baseline.
    package func path(of name: String) -> String { "\(folder)/\(name)\(Self.suffix)" }

    /// Whether there is one of that name.
    package func has(_ name: String) -> Bool { BundleFile.exists(path(of: name)) }

    /// Reads a baseline.
    ///
    /// - Throws: ``BaselineError`` for one that is not there or cannot be read.
    package func baseline(_ name: String) throws(BaselineError) -> Baseline {
        try demand(name)
        let bytes: [UInt8]
        do throws(BundleError) {
            bytes = try BundleFile.read(path(of: name))
        } catch {
            throw BaselineError.broken(path(of: name), error.reason)
        }
        var baseline = Baseline(name: name)
        for (number, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            let place = "\(path(of: name)):\(number + 1)"
            do {
                try baseline.add(try EvidenceFile.read(Array(line), from: place))
            } catch let error as EvidenceError {
                throw BaselineError.broken(place, error.problem)
            } catch {
                throw BaselineError.broken(place, "\(error)")
            }
        }
        guard !baseline.runs.isEmpty else { throw BaselineError.broken(path(of: name), "it holds no run") }
        return baseline
    }

    /// Saves runs as a baseline, which is made if need be.
    ///
    /// - Parameters:
    ///   - runs: The runs, from the oldest on.
    ///   - isAdded: Whether they join the runs that the baseline has; otherwise they take their place.
    /// - Returns: The baseline as it is now.
    /// - Throws: ``BundleError``, ``BaselineError`` or ``BaselineRefusal``; what was there before still is.
    package func save(_ runs: [RunEvidence], as name: String, keeping isAdded: Bool) throws -> Baseline {
        try claimed {
            var baseline = isAdded && has(name) ? try self.baseline(name) : Baseline(name: name)
            for run in runs { try baseline.add(run) }
            try put(baseline)
            return baseline
        }
    }

    /// Deletes a baseline.
    ///
    /// - Throws: ``BundleError``, or ``BaselineError`` for one that is not there.
    package func delete(_ name: String) throws {
        try demand(name)
        try claimed { try BundleFile.remove(path(of: name)) }
    }

    private func demand(_ name: String) throws(BaselineError) {
        guard !has(name) else { return }
        throw BaselineError.unknown(name, folder: folder, known: names)
    }

    private func put(_ baseline: Baseline) throws(BundleError) {
        let path = path(of: baseline.name)
        let temporary = "\(folder)/.\(baseline.name)\(Self.suffix).unfinished"
        do throws(BundleError) {
            try BundleFile.write(baseline.runs.map(EvidenceFile.text).joined(), to: temporary)
            try BundleFile.rename(temporary, to: path)
        } catch {
            _ = try? BundleFile.remove(temporary)
            throw error
        }
        try BundleFile.synchronise(folder)
    }

    /// Does something that no other process does at the same time: a run must not be lost because another one ends with it.
    private func claimed<Result>(_ body: () throws -> Result) throws -> Result {
        try BundleFile.createDirectories(folder)
        var claim = FolderClaim.attempt(folder)
        let deadline = ContinuousClock.now + patience
        while case .taken = claim {
            guard ContinuousClock.now < deadline else {
                throw BundleError(
                    action: "write", path: folder,
                    reason: "another process keeps saving a baseline; save this one again later")
            }
            usleep(50_000)
            claim = FolderClaim.attempt(folder)
        }
        return try withExtendedLifetime(claim) { try body() }
    }
}

/// Why there is no baseline.
package enum BaselineError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is none of that name.
    case unknown(String, folder: String, known: [String])
    /// Its file cannot be read: the file, with the line, and what is wrong.
    case broken(String, String)

    package var description: String {
        switch self {
        case .unknown(let name, let folder, let known):
            let nearest = NearestName.question(name, among: known).map { $0 + " " }
            let others = known.isEmpty ? "there is none yet" : "there are: \(known.joined(separator: ", "))"
            return "there is no baseline `\(name)` in \(folder); " + (nearest ?? "") + others
        case .broken(let place, let problem):
            return "cannot read \(place): \(problem); delete the baseline, and save it again from its bundles"
        }
    }
}
