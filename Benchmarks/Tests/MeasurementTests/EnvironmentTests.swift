import Foundation
import Measurement
import Testing

@Suite struct EnvironmentTests {
    @Test func describesThisMachineAndSurvivesJSON() throws {
        let environment = try MachineEnvironment.current(commit: "0123abc", jemalloc: Jemalloc())
        #expect(environment.cores >= 1)
        #expect(environment.memoryBytes > 1 << 20)
        #expect(environment.kernel.hasPrefix("Linux "))
        #expect(environment.processor != "")
        #expect(environment.loadAverage.count == 3)
        #expect(environment.jemallocVersion?.hasPrefix("5.") == true)
        #expect(environment.clockCostNanoseconds > 0)
        #expect(environment.commit == "0123abc")
        let copy = try JSONDecoder().decode(MachineEnvironment.self, from: JSONEncoder().encode(environment))
        #expect(copy == environment)
    }

    @Test func theClockNeverGoesBack() {
        var last = MonotonicClock.now()
        for _ in 0..<10_000 {
            let now = MonotonicClock.now()
            #expect(now >= last)
            last = now
        }
    }

    @Test func theFilesOfTheSystemAreRead() {
        let ticks = SystemCounters.steal("cpu  100 1 50 800 10 2 3 34 5 0")
        #expect(ticks == SystemCounters.Ticks(given: 34, all: 1_000))
        #expect(SystemCounters.steal("cpu 1 2") == nil)
        #expect(SystemCounters.throttled("usage_usec 5\nnr_periods 9\nnr_throttled 4\n") == 4)
        #expect(SystemCounters.throttled("usage_usec 5\n") == nil)
        #expect(SystemCounters.quota("150000 100000") == 1.5 && SystemCounters.quota("max 100000") == nil)
        #expect(SystemCounters.pressure("some avg10=12.50 avg60=0.00\nfull avg10=1.00") == 0.125)
        #expect(SystemCounters.choice("always [madvise] never") == "madvise")
        #expect(SystemCounters.bytes("1024 kB") == 1 << 20)
        #expect((MachineReadings.availableMemoryNow() ?? 0) > 1 << 20)
    }
}
