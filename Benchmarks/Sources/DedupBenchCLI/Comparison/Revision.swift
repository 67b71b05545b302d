internal import Foundation

/// A commit whose program is built and compared.
struct Revision {
    /// Where a program comes from.
    struct Source {
        /// The folder of the package, seen from that of the repository.
        let package: String
        /// The name of the executable.
        let product: String
        let interruption: Interruption
        let progress: ProgressDisplay

        fileprivate var manifest: String { package == "." ? "Package.swift" : "\(package)/Package.swift" }

        fileprivate func git(_ arguments: [String]) async throws(Failure) -> ChildProcess.End {
            try await ChildProcess(program: "git", arguments: arguments, interruption: interruption)
                .run(with: GitProcess.ownRepository)
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
        let digits = found.out.trimmingCharacters(in: .whitespacesAndNewlines)
        let manifest = try await source.git(["cat-file", "-e", "\(digits):\(source.manifest)"])
        guard manifest.hasSucceeded else {
            throw Failure(
                "--rev: \(name) has no \(source.manifest); --package names the folder of the package, seen from that of the "
                    + "repository", .usage)
        }
        self.name = name
        commit = digits
        repository = root.out.trimmingCharacters(in: .whitespacesAndNewlines)
        self.source = source
    }

    /// `origin/main (1a2b3c4)`.
    var title: String { commit.hasPrefix(name) ? String(commit.prefix(7)) : "\(name) (\(commit.prefix(7)))" }

    /// Where it is checked out and built. The build is kept, so that a commit is built once.
    private var folder: String { "\(repository)/\(source.package)/.build/revisions/\(commit.prefix(12))" }

    /// Builds the program.
    ///
    /// - Parameter pins: The versions of what it depends on, which are to be the same for all: a file as Package.resolved is.
    /// - Returns: It, with its path, and its own such file.
    /// - Throws: ``Failure`` with what git or the compiler has said.
    func build(pins: String?) async throws(Failure) -> (program: BenchProgram, pins: String) {
        source.progress.show("building \(title), which takes minutes")
        try await checkOut()
        let resolved = "\(folder)/\(source.package)/Package.resolved"
        if let pins { try copy(pins, to: resolved) }
        let package = ["--package-path", "\(folder)/\(source.package)"]
        let built = try await source.swift(package)
        guard built.hasSucceeded else {
            throw Failure("\(title) cannot be built in \(folder):\n\(built.lastWords)", .badScenario)
        }
        let place = try await source.swift(package + ["--show-bin-path"])
        let path = place.out.trimmingCharacters(in: .whitespacesAndNewlines) + "/" + source.product
        guard place.hasSucceeded, FileManager.default.isExecutableFile(atPath: path) else {
            throw Failure("\(title) was built, but there is no \(path); is --product its executable?", .badScenario)
        }
        return (BenchProgram(title: title, path: path), resolved)
    }

    /// The versions that the checkout itself is built with; nil where it has not been built.
    var ownPins: String? {
        let path = "\(repository)/\(source.package)/Package.resolved"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    private func copy(_ pins: String, to target: String) throws(Failure) {
        guard pins != target, FileManager.default.fileExists(atPath: pins) else { return }
        do {
            try Data(contentsOf: URL(fileURLWithPath: pins)).write(to: URL(fileURLWithPath: target))
        } catch {
            throw Failure("cannot write \(target): \(error.localizedDescription)", .cannotWrite)
        }
    }

    /// A clone that borrows the objects of the repository, in which nothing changes. It gets its name when it is whole, and
    /// git is told what to work on: left to itself it would look for a repository further up.
    private func checkOut() async throws(Failure) {
        let files = FileManager.default
        guard !files.fileExists(atPath: folder) else { return }
        let clone = "\(folder)-\(getpid())"
        defer { try? files.removeItem(atPath: clone) }
        let commands = [
            ["clone", "--quiet", "--shared", "--no-checkout", repository, clone],
            [
                "--git-dir=\(clone)/.git", "--work-tree=\(clone)", "checkout", "--quiet", "--force", "--detach", commit,
            ],
        ]
        for command in commands {
            let end = try await source.git(command)
            guard end.hasSucceeded else {
                throw Failure("\(title) cannot be checked out into \(clone): \(end.lastWords)", .cannotWrite)
            }
        }
        do {
            try files.moveItem(atPath: clone, toPath: folder)
        } catch {
            throw Failure("cannot move \(clone) to \(folder): \(error.localizedDescription)", .cannotWrite)
        }
    }
}
