internal import DedupBenchKit
internal import DedupVerification

/// Completes a history: finds the keys of excuses that only name an execution, and replaces a subject's own numbers of
/// executions by those of the history.
struct HistoryTranslation {
    private let byEpoch: Bool

    init(_ promises: Promises) {
        byEpoch = promises.namesExecutionsByEpoch
    }

    func translate(_ history: History) -> History {
        var history = history
        let number = numbers(history.executions)
        history.excuses = history.excuses.compactMap { excuse in
            guard excuse.key == .max else { return excuse }
            guard let index = number(excuse.execution) else { return nil }
            var excuse = excuse
            excuse.execution = history.executions[index].id
            excuse.key = history.executions[index].key
            return excuse
        }
        guard byEpoch else { return history }
        for index in history.calls.indices where history.calls[index].outcome == .rejected {
            let named = history.calls[index].execution
            history.calls[index].execution = number(named).map { history.executions[$0].id } ?? 0
        }
        return history
    }

    /// From the number by which the subject knows an execution to its place in the history.
    private func numbers(_ executions: [Execution]) -> (UInt64) -> Int? {
        let places = Dictionary(
            executions.enumerated().map { (byEpoch ? $1.epoch : $1.id, $0) }, uniquingKeysWith: { first, _ in first })
        return { places[$0] }
    }
}
