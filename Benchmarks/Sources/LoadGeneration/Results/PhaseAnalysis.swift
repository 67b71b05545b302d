package import DedupVerification
package import Evidence
package import Workloads

/// Makes the evidence of all phases from the history, after the run: nothing is computed on the measured path.
///
/// The history may come in stretches, one after the other, if no call is open when one ends.
package struct PhaseAnalysis {
    /// When the execution ended that a call names; nil for one that has not, or that there is not.
    package typealias ExecutionEnd = (Call) throws(HistoryFileError) -> UInt64?

    private var tallies: [PhaseTally]
    /// When each phase began; executions belong to the phase that was running when they began.
    private let windows: [Range<UInt64>]
    private let numbers: [UInt16]
    private var isComplete = true

    /// An analysis of phases of which nothing is added yet.
    ///
    /// - Parameter executionEnd: When the execution ended that a call names.
    package init(
        _ scenario: Scenario, _ traces: [PhaseTrace],
        executionEnd: @escaping ExecutionEnd
    ) {
        tallies = traces.map { trace in
            let sampler = scenario.distribution(of: trace.plan.phase).map { KeySampler($0, seed: scenario.seed) }
            return PhaseTally(trace, sampler, executionEnd: executionEnd)
        }
        windows = traces.indices.map { number in
            let next = number + 1 < traces.count ? traces[number + 1].start : .max
            return traces[number].start..<max(traces[number].start, next)
        }
        numbers = traces.map(\.plan.number)
    }

    /// An analysis of a whole history, whose executions are numbered from 1 on in the order in which it holds them.
    ///
    /// - Throws: ``HistoryFileError``, see ``add(_:)``.
    package init(
        _ scenario: Scenario, _ history: History, _ traces: [PhaseTrace]
    ) throws(HistoryFileError) {
        let executions = history.executions
        self.init(scenario, traces) { call in
            let id = call.execution
            guard id > 0, id <= executions.count, executions[Int(id) - 1].ended else { return nil }
            return executions[Int(id) - 1].end
        }
        try add(history)
    }

    /// Adds a stretch.
    ///
    /// - Throws: ``HistoryFileError`` when what was noted of its requests cannot be read.
    package mutating func add(_ stretch: History) throws(HistoryFileError) {
        for index in tallies.indices {
            let (number, window) = (numbers[index], windows[index])
            let calls = stretch.calls.filter { $0.phase == number }
            let executions = stretch.executions.filter { window.contains($0.begin) }
            if !calls.isEmpty || !executions.isEmpty { try tallies[index].add(calls, executions) }
        }
        isComplete = isComplete && stretch.isComplete
    }

    /// One a phase that was begun. Counted is what needs no checker: calls and how they were answered.
    package var evidence: [PhaseEvidence] { tallies.map { $0.evidence(isComplete: isComplete) } }
}
