import Foundation
import Measurement
import Synchronization
import Testing

@Suite struct HeldJobsTests {
    /// What tasks have done, and whether each did it on the thread that was told to run them.
    private final class Journal: Sendable {
        private let entries = Mutex<[String]>([])
        private let caller = pthread_self()

        var all: [String] { entries.withLock { $0 } }

        func note(_ text: String) {
            let isCaller = pthread_equal(pthread_self(), caller) != 0
            add(isCaller ? text : "\(text), on another thread")
        }

        func add(_ text: String) { entries.withLock { $0.append(text) } }
    }

    @Test func nothingRunsBeforeItIsTold() {
        let jobs = HeldJobs()
        let journal = Journal()
        for number in 0..<3 { Task.detached(executorPreference: jobs) { journal.note("\(number)") } }
        #expect(journal.all.isEmpty)
        #expect(jobs.run() == 3)
        #expect(journal.all == ["0", "1", "2"], "In the order in which they came, on this thread.")
        #expect(jobs.run() == 0)
    }

    @Test func aTaskRunsUpToItsSuspensionAndGoesOnWhereItIsTold() {
        let jobs = HeldJobs()
        let journal = Journal()
        let waiting = Mutex<CheckedContinuation<Void, Never>?>(nil)
        Task.detached(executorPreference: jobs) {
            journal.note("before")
            await withCheckedContinuation { continuation in waiting.withLock { $0 = continuation } }
            journal.note("after")
        }
        jobs.run()
        #expect(journal.all == ["before"])
        waiting.withLock { $0 }?.resume()
        #expect(journal.all == ["before"])
        #expect(jobs.run() == 1)
        #expect(journal.all == ["before", "after"])
    }

    @Test func aCallerWaitsUntilThereIsSomethingToRun() async {
        let jobs = HeldJobs()
        let journal = Journal()
        for name in ["first", "second"] {
            // From the pool: before the caller waits, or meanwhile.
            Task.detached {
                Task.detached(executorPreference: jobs) { journal.add(name) }
            }
            await jobs.wait()
            #expect(jobs.run() == 1)
        }
        Task.detached(executorPreference: jobs) { journal.add("third") }
        await jobs.wait()
        #expect(journal.all == ["first", "second"], "Waiting runs nothing.")
        #expect(jobs.run() == 1)
    }

    /// Whatever they add is run, too, before it returns.
    @Test func whatJobsAddIsRunAsWell() {
        let jobs = HeldJobs()
        let journal = Journal()
        Task.detached(executorPreference: jobs) {
            Task.detached(executorPreference: jobs) { journal.note("second") }
            await Task.yield()
            journal.note("first, again")
        }
        #expect(jobs.run() >= 3)
        #expect(journal.all == ["second", "first, again"])
        #expect(jobs.run() == 0)
    }
}
