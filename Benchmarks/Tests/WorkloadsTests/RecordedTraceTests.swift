internal import Testing
internal import Workloads

/// The facts that Fixtures/README.md states about the trace that comes with the package.
@Suite struct RecordedTraceTests {
    private static let library = TraceLibrary()
    private static let trace = Result { try library.trace(Fixtures.trace) }

    @Test func theTraceIsAsLargeAsTheReadmeSays() throws {
        let trace = try Self.trace.get()
        #expect(trace.count == 258_043)
        #expect(trace.keyCount == 26_816)
    }

    @Test func itsTimesNeverDecrease() throws {
        let times = try Self.trace.get().times
        #expect(times.first == 0)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test func asManyOfItsRequestsAreRepeatsAsTheReadmeSays() throws {
        let trace = try Self.trace.get()
        let share = Double(trace.count - trace.keyCount) / Double(trace.count)
        #expect(abs(share - 0.896) <= 0.0005)
    }

    @Test func itsKeysAreDenseAndItsSizesAreThoseOfFiles() throws {
        let trace = try Self.trace.get()
        #expect(Set(trace.keys).count == trace.keyCount)
        #expect(trace.keys.allSatisfy { Int($0) < trace.keyCount })
        #expect(trace.sizes.contains { $0 > 1_000_000 })
        #expect(trace.sizes.count { $0 > 0 } > trace.count / 2)
    }

    @Test func theScenarioReplaysItAllAndThenAPartAtSpeed() throws {
        let scenario = try ScenarioLoader.load(file: Fixtures.scenario("recorded-trace"))
        let trace = try Self.trace.get()
        let builder = try StreamBuilder(scenario, traces: Self.library)
        let fast = builder.stream(for: try #require(scenario.phases.first { $0.name == "fast" }))
        #expect(!fast.isOpen)
        #expect(fast.limit == trace.count)
        #expect((0..<fast.count).allSatisfy { fast[$0].key == trace.keys[$0] })
        let timed = builder.stream(for: try #require(scenario.phases.first { $0.name == "recorded-speed" }))
        #expect(timed.isOpen)
        #expect((1000..<trace.count).contains(timed.count))
        for position in [0, timed.count / 2, timed.count - 1] {
            #expect(timed[position].key == trace.keys[position])
            #expect(abs(Double(timed[position].intended) - Double(trace.times[position]) / 40) <= 1)
        }
        #expect(timed[timed.count - 1].intended < 10_000_000_000)
    }
}
