internal import Dispatch
internal import Foundation
internal import LoadGeneration
internal import Synchronization

/// Turns Ctrl-C and SIGTERM into a request to stop: the first ends the run with a partial report, the second at once.
final class Interruption: Sendable {
    /// What the load runner looks at.
    let stop = StopSignal()
    private let received = Atomic<Int32>(0)
    private let sources: Mutex<[any DispatchSourceSignal]> = Mutex([])

    /// The signal that was received; nil while there was none.
    var signal: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Why the run stopped, for the report.
    var reason: String? { signal.map { $0 == SIGINT ? "interrupted by Ctrl-C" : "terminated by SIGTERM" } }

    /// 130 for SIGINT, 143 for SIGTERM: 128 and the number of the signal, as shells say it.
    var exitCode: Int32 { 128 + (signal ?? SIGINT) }

    /// Starts listening; call it once, before the run.
    func listen() {
        sources.withLock { sources in
            for number in [SIGINT, SIGTERM] {
                Foundation.signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { [weak self] in self?.receive(number) }
                source.resume()
                sources.append(source)
            }
        }
    }

    private func receive(_ number: Int32) {
        let (isFirst, _) = received.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        guard isFirst else { _exit(128 + number) }
        Console.error("\nstopping: open calls are finished and a partial report is written; once more to quit at once\n")
        stop.stop()
    }
}
