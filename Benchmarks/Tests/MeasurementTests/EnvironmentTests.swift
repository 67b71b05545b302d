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
}
