internal import Foundation
internal import LoadGeneration
internal import Workloads

/// The repositories of a run, in a temporary folder of their own.
struct GitRepositories: Sendable {
    /// The folder that holds them all.
    private let folder: ScratchFolder
    /// The path of each.
    let paths: [String]

    /// Makes a new folder, with nothing in it yet.
    ///
    /// - Throws: ``BundleError``.
    init(count: Int) throws {
        folder = try ScratchFolder("git")
        paths = (0..<count).map { [folder] in "\(folder.path)/repository-\($0)" }
    }

    /// Where git looks for the settings of its user, and finds none.
    var home: String { folder.path }

    /// Creates the repositories: each with the same number of commits and files, two branches, and one file changed
    /// since the last commit, so that every step has something to say.
    ///
    /// - Throws: `CancellationError` when the run is stopped meanwhile; ``GitProcess/Failure``, or what the file system
    ///   throws.
    func create(_ git: GitProcess, commits: Int, files: Int, stop: StopSignal) async throws {
        for (number, path) in paths.enumerated() {
            if stop.isSet { throw CancellationError() }
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try await git.run(["init", "--quiet", "--initial-branch=main"], in: path)
            let stream = Self.importStream(repository: number, commits: max(1, commits), files: max(1, files))
            try await git.run(["fast-import", "--quiet"], in: path, input: stream)
            try await git.run(["reset", "--quiet", "--hard", "main"], in: path)
            try "changed after the last commit\n".write(toFile: path + "/file-0.txt", atomically: true, encoding: .utf8)
        }
    }

    /// The history of a repository as `git fast-import` reads it.
    static func importStream(repository: Int, commits: Int, files: Int) -> String {
        var stream = ""
        for commit in 0..<commits {
            let message = "Commit \(commit) of repository \(repository)\n"
            let who = "Dedup Bench <bench@example.invalid> \(1_700_000_000 + commit * 60) +0000"
            stream += "commit refs/heads/main\nauthor \(who)\ncommitter \(who)\ndata \(message.utf8.count)\n\(message)"
            let changed = commit == 0 ? Array(0..<files) : [commit % files]
            for file in changed {
                let text = (0..<20).map { "line \($0) of file \(file) at commit \(commit)\n" }.joined()
                stream += "M 100644 inline file-\(file).txt\ndata \(text.utf8.count)\n\(text)"
            }
            stream += "\n"
        }
        return stream + "reset refs/heads/feature\nfrom refs/heads/main\n\n"
    }

    /// Removes the folder.
    func remove() { folder.remove() }
}
