internal import Foundation
package import LoadGeneration
internal import Synchronization

/// Turns Ctrl-C, SIGTERM and the loss of the terminal (SIGHUP) into a request to stop: the first ends the run with a partial
/// report, the second at once.
///
/// A plain signal handler, because a Dispatch source never sees a signal that is ignored, and one that is not ignored
/// ends the process. The handler does only what a handler may: it stores, it writes, it exits.
package final class Interruption: Sendable {
    /// The one of the process, which signals reach once ``listen()`` was called.
    static let bySignals = Interruption()
    private static let reportingMessage: StaticString =
        "\nstopping: open calls are finished and a partial report is written; once more to quit at once\n"
    private static let message: StaticString = "\nstopping: there will be no report; once more to quit at once\n"

    /// What the load runner looks at.
    package let stop = StopSignal()
    private let received = Atomic<Int32>(0)
    private let reports = Atomic<Bool>(true)
    /// The groups of processes that are run by this one; 0 where there is none.
    private let children: InlineArray<64, Atomic<pid_t>> = InlineArray { _ in Atomic(0) }

    /// One that nothing has interrupted yet.
    package init() {}

    /// The signal that was received; nil while there was none.
    private var signal: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Why the run stopped, for the report.
    var reason: String? {
        switch signal {
        case nil: nil
        case SIGINT: "interrupted by Ctrl-C"
        case SIGHUP: "the terminal went away (SIGHUP)"
        default: "terminated by SIGTERM"
        }
    }

    /// 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP: 128 and the number of the signal, as shells say it.
    var exitCode: Int32 { 128 + (signal ?? SIGINT) }

    /// The end of a command that has nothing to report when it is interrupted.
    var failure: Failure { Failure(reason ?? "the run was stopped", exitCode: exitCode) }

    /// Interrupts, as the first signal of this number does.
    package func interrupt(_ number: Int32) {
        _ = received.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        stop.stop()
    }

    /// Notes a group of processes that the second signal kills, as nothing else would. Beyond 64 at a time it is not noted.
    func note(child group: pid_t) { replace(0, by: group) }

    /// The group has ended.
    func forget(child group: pid_t) { replace(group, by: 0) }

    private func replace(_ old: pid_t, by new: pid_t) {
        for place in children.indices {
            let (isDone, _) = children[place].compareExchange(expected: old, desired: new, ordering: .relaxed)
            if isDone { return }
        }
    }

    /// Makes signals interrupt, if this is the one that they reach; call it before the run.
    ///
    /// - Parameter reports: Whether the command reports what it has when it is interrupted.
    func listen(reports: Bool = true) {
        guard self === Self.bySignals else { return }
        self.reports.store(reports, ordering: .relaxed)
        // What the handler touches is made now: making it takes locks, which a handler must not.
        _ = (
            stop.isSet, signal, Self.message.utf8CodeUnitCount, Self.reportingMessage.utf8CodeUnitCount,
            children[0].load(ordering: .relaxed)
        )
        // A program that is started under `nohup` is to outlive its terminal.
        for number in [SIGINT, SIGTERM] + (Self.isIgnored(SIGHUP) ? [] : [SIGHUP]) {
            Foundation.signal(number) { Interruption.receive($0) }
        }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var current = sigaction()
        guard sigaction(number, nil, &current) == 0 else { return false }
        // Function pointers have no `==`.
        return unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static func receive(_ number: Int32) {
        let (isFirst, _) = bySignals.received.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        guard isFirst else {
            for place in bySignals.children.indices {
                let child = bySignals.children[place].load(ordering: .relaxed)
                if child > 0 { kill(-child, SIGKILL) }
            }
            _exit(128 + number)
        }
        let text = bySignals.reports.load(ordering: .relaxed) ? reportingMessage : message
        _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
        bySignals.stop.stop()
    }
}
