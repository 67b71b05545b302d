internal import Foundation
internal import LoadGeneration
internal import Synchronization

/// Turns Ctrl-C and SIGTERM into a request to stop: the first ends the run with a partial report, the second at once.
///
/// A plain signal handler, because a Dispatch source never sees a signal that is ignored, and one that is not ignored
/// ends the process. The handler does only what a handler may: it stores, it writes, it exits. There is one a process.
enum Interruption {
    /// What the load runner looks at.
    static let stop = StopSignal()
    private static let received = Atomic<Int32>(0)
    private static let message: StaticString =
        "\nstopping: open calls are finished and a partial report is written; once more to quit at once\n"

    /// The signal that was received; nil while there was none.
    static var signal: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Why the run stopped, for the report.
    static var reason: String? { signal.map { $0 == SIGINT ? "interrupted by Ctrl-C" : "terminated by SIGTERM" } }

    /// 130 for SIGINT, 143 for SIGTERM: 128 and the number of the signal, as shells say it.
    static var exitCode: Int32 { 128 + (signal ?? SIGINT) }

    /// Starts listening; call it before the run.
    static func listen() {
        // What the handler touches is made now: making it takes locks, which a handler must not.
        _ = (stop.isSet, signal, message.utf8CodeUnitCount)
        for number in [SIGINT, SIGTERM] {
            Foundation.signal(number) { Interruption.receive($0) }
        }
    }

    private static func receive(_ number: Int32) {
        let (isFirst, _) = received.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        guard isFirst else { _exit(128 + number) }
        _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
        stop.stop()
    }
}
