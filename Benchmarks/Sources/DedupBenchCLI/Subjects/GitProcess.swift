internal import Subprocess

/// Runs git, with nothing of the user's: no configuration, fixed names and dates, plain English.
struct GitProcess: Sendable {
    /// A git command that did not succeed.
    struct Failure: Error, CustomStringConvertible {
        var arguments: [String]
        var output: String

        var description: String { "git \(arguments.joined(separator: " ")): \(output)" }
    }

    /// A program that operations need is not there.
    struct MissingTool: Error, CustomStringConvertible {
        var description: String
    }

    /// The most output that is read of a command: 16 MiB.
    private static let outputLimit = 16 << 20

    private let executable: Executable
    private let environment: Environment

    /// What would lead git to another repository than the one that it is told.
    static let ownRepository: [Environment.Key: String?] = [
        "GIT_DIR": nil, "GIT_WORK_TREE": nil, "GIT_INDEX_FILE": nil, "GIT_COMMON_DIR": nil,
        "GIT_OBJECT_DIRECTORY": nil, "GIT_ALTERNATE_OBJECT_DIRECTORIES": nil,
    ]

    /// A process group of its own: Ctrl-C is sent to the whole group of the terminal, and must not kill the commands whose
    /// results the clients still wait for.
    private static var apart: PlatformOptions {
        var options = PlatformOptions()
        options.processGroupID = 0
        return options
    }

    /// Finds git.
    ///
    /// - Throws: ``MissingTool`` if there is none.
    init(home: String) async throws {
        let fixed: [Environment.Key: String?] = [
            "HOME": home, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat",
            "GIT_AUTHOR_NAME": "Dedup Bench", "GIT_AUTHOR_EMAIL": "bench@example.invalid",
            "GIT_COMMITTER_NAME": "Dedup Bench", "GIT_COMMITTER_EMAIL": "bench@example.invalid",
            "GIT_AUTHOR_DATE": "1700000000 +0000", "GIT_COMMITTER_DATE": "1700000000 +0000", "LC_ALL": "C", "TZ": "UTC",
        ]
        environment = .inherit.updating(fixed).updating(Self.ownRepository)
        do {
            executable = .path(try await Executable.name("git").resolveExecutablePath(in: environment))
        } catch {
            throw MissingTool(description: "git was not found in PATH; install it to run git operations (\(error))")
        }
    }

    /// Runs a command in a repository.
    ///
    /// - Returns: How many bytes it wrote.
    /// - Throws: ``Failure`` if it ends with another status than 0, or what starting a process throws.
    @discardableResult
    func run(_ arguments: [String], in repository: String, input: String = "") async throws -> Int {
        let result = try await Subprocess.run(
            executable, arguments: Arguments(["-C", repository] + arguments), environment: environment,
            platformOptions: Self.apart, input: .string(input), output: .bytes(limit: Self.outputLimit),
            error: .string(limit: 4_096))
        guard result.terminationStatus.isSuccess else {
            throw Failure(arguments: arguments, output: "\(result.terminationStatus): \(result.standardError)")
        }
        return result.standardOutput.count
    }
}
