internal import Foundation
internal import LoadGeneration
internal import Synchronization
internal import Workloads

/// Real work: a key is a git command in a repository, and an execution spawns the git process.
///
/// No more processes run at a time than twice the processors; further executions wait for a slot, and that wait is part
/// of the execution.
final class GitOperation: OperationBody {
    private let git: GitProcess
    private let repositories: GitRepositories
    private let steps: [OperationSettings.GitStep]
    private let slots = ProcessSlots(2 * ProcessInfo.processInfo.activeProcessorCount)
    private let spawned = Atomic<Int>(0)
    private let failed = Atomic<Int>(0)

    /// Creates the repositories.
    ///
    /// - Parameter stop: Ends the creation early.
    /// - Throws: `CancellationError` when it is stopped; ``GitProcess/Failure``, or what the file system throws. Nothing is
    ///   left behind.
    init(_ settings: OperationSettings, stop: StopSignal) async throws {
        repositories = try GitRepositories(count: max(1, settings.repositories ?? 1))
        steps = settings.steps ?? OperationSettings.GitStep.allCases
        do {
            git = try await GitProcess(home: repositories.home)
            try await repositories.create(
                git, commits: settings.commits ?? 10, files: settings.files ?? 10, stop: stop)
        } catch {
            repositories.remove()
            throw error
        }
    }

    func execute(_ request: Request, blocking: Bool) async throws -> Int {
        let repository = repositories.paths[Int(request.key) / steps.count % repositories.paths.count]
        let step = steps[Int(request.key) % steps.count]
        return try await slots.withSlot {
            spawned.add(1, ordering: .relaxed)
            do {
                return try await git.run(Self.arguments(of: step), in: repository)
            } catch {
                failed.add(1, ordering: .relaxed)
                throw error
            }
        }
    }

    private static func arguments(of step: OperationSettings.GitStep) -> [String] {
        switch step {
        case .status: ["status", "--porcelain=v2", "--branch"]
        case .log: ["log", "--stat", "-n", "20"]
        case .diff: ["diff"]
        case .branch: ["branch", "--list", "--verbose"]
        case .show: ["show", "HEAD"]
        }
    }

    var figures: [OperationFigure] {
        [
            OperationFigure(name: "processes_spawned", count: spawned.load(ordering: .relaxed)),
            OperationFigure(name: "processes_failed", count: failed.load(ordering: .relaxed)),
        ]
    }

    func cleanUp() async { repositories.remove() }
}

/// How many processes may run at a time: a caller that finds no slot waits for one, first come, first served.
final class ProcessSlots: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ count: Int) {
        state = Mutex(State(free: max(1, count)))
    }

    /// Runs `body` in a slot.
    func withSlot<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        await take()
        defer { giveBack() }
        return try await body()
    }

    private func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiting.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
