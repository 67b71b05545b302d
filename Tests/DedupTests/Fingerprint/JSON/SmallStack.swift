import Foundation

/// A thread with the stack that secondary threads have on macOS: 512 KiB.
enum SmallStack {
    /// Runs `body` on such a thread and waits for it.
    static func run(_ body: @escaping @Sendable () -> Void) {
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            body()
            done.signal()
        }
        thread.stackSize = 512 << 10
        thread.start()
        done.wait()
    }

    /// Runs `body` on such a thread and ends the process, successfully if `body` returns true. For exit tests.
    static func exitingRun(_ body: @escaping @Sendable () throws -> Bool) -> Never {
        run {
            do {
                exit(try body() ? EXIT_SUCCESS : EXIT_FAILURE)
            } catch {
                print(error)
                exit(EXIT_FAILURE)
            }
        }
        exit(EXIT_FAILURE)
    }
}
