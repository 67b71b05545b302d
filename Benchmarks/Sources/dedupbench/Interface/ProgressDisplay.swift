internal import LoadGeneration
internal import Measurement
internal import Reporting
internal import Synchronization

/// Progress on standard error, from any thread.
final class ProgressDisplay: Sendable {
    private let printer: Mutex<ProgressPrinter>

    init(_ style: ProgressPrinter.Style) {
        printer = Mutex(ProgressPrinter(style) { Console.error($0) })
    }

    /// Shows how far the run of a subject, named with its combination, is.
    func show(_ progress: LoadProgress, of subject: String) {
        let text = progress.text(subject)
        let stage = "\(subject)/\(progress.phase)"
        printer.withLock { $0.show(text, stage: stage, at: MonotonicClock.now()) }
    }

    /// Shows what is being done, apart from driving a subject.
    func show(_ activity: String) {
        printer.withLock { $0.show(activity, stage: activity, isLast: true, at: MonotonicClock.now()) }
    }

    /// Takes the progress line away.
    func clear() {
        printer.withLock { $0.clear() }
    }
}

extension LoadProgress {
    /// `dedup storm 2/3  48 %  1.20 M operations, 3.40 M/s`.
    fileprivate func text(_ subject: String) -> String {
        let percent = Int((min(max(fraction.isFinite ? fraction : 0, 0), 1) * 100).rounded(.down))
        return "\(subject) \(phase) \(phaseNumber + 1)/\(phaseCount)  \(percent) %  "
            + "\(HumanNumber.count(operations)) operations, \(HumanNumber.count(rate))/s"
    }
}
