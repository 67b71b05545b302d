internal import Foundation

/// A commit whose program is built and compared.
struct Revision {
    /// Where a program comes from.
    struct Source {
        /// The folder of the package in the repository.
        let package: String
        /// The name of the executable.
        let product: String
        let interruption: Interruption
        let progress: ProgressDisplay

        fileprivate func git(_ arguments: [String]) async throws(Failure) -> ChildProcess.End {
            try await ChildProcess(program: "git", arguments: arguments, interruption: interruption).run()
        }

        fileprivate func swift(_ arguments: [String]) async throws(Failure) -> ChildProcess.End {
            try await ChildProcess(
                program: "swift",
                arguments: ["build", "-c", "release", "--product", product] + arguments, interruption: interruption
            ).run()
        }
    }

    /// As it was asked for: `origin/main`.
    let name: String
    /// All digits of the commit.
    let commit: String
    /// The folder of the repository.
    private let repository: String
    private let source: Source

    /// Looks a commit up in the repository of the current folder.
    ///
    /// - Throws: ``Failure``: 64 where there is no such commit, 69 without git.
    init(_ name: String, from source: Source) async throws(Failure) {
        let root = try await source.git(["rev-parse", "--show-toplevel"])
        guard root.hasSucceeded else {
            throw Failure("--rev: this folder is in no git repository: \(root.lastWords)", .usage)
        }
        let found = try await source.git(["rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"])
        guard found.hasSucceeded else {
            throw Failure("--rev: there is no commit `\(name)`; fetch it first", .usage)
        }
        self.name = name
        commit = found.out.trimmingCharacters(in: .whitespacesAndNewlines)
        repository = root.out.trimmingCharacters(in: .whitespacesAndNewlines)
        self.source = source
    }

    /// `origin/main (1a2b3c4)`.
    var title: String { commit.hasPrefix(name) ? String(commit.prefix(7)) : "\(name) (\(commit.prefix(7)))" }

    /// Where it is checked out and built. The build is kept, so that a commit is built once.
    private var folder: String { "\(repository)/\(source.package)/.build/revisions/\(commit.prefix(12))" }

    /// Builds the program.
    ///
    /// - Returns: It, with its path.
    /// - Throws: ``Failure`` with what git or the compiler has said.
    func build() async throws(Failure) -> BenchProgram {
        source.progress.show("building \(title), which takes minutes")
        try await checkOut()
        let package = ["--package-path", "\(folder)/\(source.package)"]
        let built = try await source.swift(package)
        guard built.hasSucceeded else {
            throw Failure("\(title) cannot be built:\n\(built.lastWords)", .badScenario)
        }
        let place = try await source.swift(package + ["--show-bin-path"])
        let path = place.out.trimmingCharacters(in: .whitespacesAndNewlines) + "/" + source.product
        guard place.hasSucceeded, FileManager.default.isExecutableFile(atPath: path) else {
            throw Failure("\(title) was built, but there is no \(path); is --product its executable?", .badScenario)
        }
        return BenchProgram(title: title, path: path)
    }

    /// A clone that borrows the objects of the repository, in which nothing changes.
    private func checkOut() async throws(Failure) {
        var commands: [[String]] = []
        if !FileManager.default.fileExists(atPath: folder + "/.git") {
            commands.append(["clone", "--quiet", "--shared", "--no-checkout", repository, folder])
        }
        commands.append(["-C", folder, "checkout", "--quiet", "--force", "--detach", commit])
        for command in commands {
            let end = try await source.git(command)
            guard end.hasSucceeded else {
                throw Failure("\(title) cannot be checked out into \(folder): \(end.lastWords)", .cannotWrite)
            }
        }
    }
}
