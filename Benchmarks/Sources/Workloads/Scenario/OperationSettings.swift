/// What an execution does when a request causes one.
package struct OperationSettings: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// Waits for a drawn time and returns a value of a drawn size.
        case simulated
        /// Runs a real git command in a repository that the run made.
        case git
    }

    /// The git commands that may be steps.
    package enum GitStep: String, CaseIterable, Hashable, Sendable { case status, log, diff, branch, show }

    package var kind = Kind.simulated
    /// Simulated: how long an execution takes.
    package var latency = Distribution<Duration>.constant(.zero)
    /// Simulated: the share of executions that fail.
    package var failures = Share(percent: 0)
    /// Simulated: how large a result is.
    package var valueSize = ValueSizes.drawn(.constant(ByteSize(bytes: 100)))
    /// Git: how many repositories the run creates.
    package var repositories: Int?
    /// Git: how many commits each of them has.
    package var commits: Int?
    /// Git: how many files each of them has.
    package var files: Int?
    /// Git: the commands. A key is one command in one repository: key = repository * steps.count + step.
    package var steps: [GitStep]?

    package init() {}

    /// The number of distinct keys that git operations have.
    package var gitKeyCount: Int { (repositories ?? 0) * (steps ?? []).count }
}
