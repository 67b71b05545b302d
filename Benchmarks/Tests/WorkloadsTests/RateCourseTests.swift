internal import Testing
internal import Workloads

@Suite struct RateCourseTests {
    /// A pause, a ramp, a step, a falling ramp, a pause: 0 + 500 + 1,000 + 500 + 0 arrivals.
    private static let surge = RateCourse([
        RateStage(StageRate(from: 0, to: 0), for: .seconds(1)),
        RateStage(StageRate(from: 0, to: 1_000), for: .seconds(1)),
        RateStage(StageRate(from: 1_000, to: 1_000), for: .seconds(1)),
        RateStage(StageRate(from: 1_000, to: 0), for: .seconds(1)),
        RateStage(StageRate(from: 0, to: 0), for: .seconds(1)),
    ])

    @Test(arguments: [
        (0.0, 0.0), (0.5, 0), (1, 0), (1.5, 125), (2, 500), (2.5, 1_000), (3, 1_500), (3.5, 1_875), (4, 2_000),
        (9, 2_000),
    ])
    func theAreaUnderTheRateIsWhatIsExpected(seconds: Double, arrivals: Double) {
        #expect(abs(Self.surge.arrivals(before: seconds * 1e9) - arrivals) < 1e-6)
        #expect(Self.surge.total == 2_000 && Self.surge.length == 5e9)
    }

    @Test(arguments: [
        (0.0, 0.0, 0.0), (0.5, 0, 0.5), (1.5, 125, 1.5), (2, 500, 2), (3.5, 1_875, 3.5), (5, 2_000, 5), (9, 2_000, 5),
    ]) func whatIsCutOffGoesAsBeforeUntilThen(seconds: Double, arrivals: Double, length: Double) {
        let stages = [(0.0, 0.0), (0, 1_000), (1_000, 1_000), (1_000, 0), (0, 0)].map {
            RateStage(StageRate(from: $0.0, to: $0.1), for: .seconds(1))
        }
        let first = RateCourse(stages.first(.seconds(seconds)))
        #expect(abs(first.total - arrivals) < 1e-6 && abs(first.length - length * 1e9) < 1)
        for part in [0.3, 1.2, 1.9] where part < length {
            #expect(abs(first.arrivals(before: part * 1e9) - Self.surge.arrivals(before: part * 1e9)) < 1e-6, "\(part)")
        }
    }

    @Test func theTimeOfAnArrivalIsTheInverseOfThat() throws {
        for number in 1..<2_000 {
            let time = try #require(Self.surge.time(of: Double(number)))
            #expect(abs(Self.surge.arrivals(before: time) - Double(number)) < 1e-6, "\(number)")
        }
        #expect(Self.surge.time(of: 0) == 1e9, "nothing arrives in a pause")
        #expect(Self.surge.time(of: 2_000) == nil)
    }

    /// The thirtieth falls on the begin of a ramp from nothing.
    @Test func anArrivalMayFallOnTheBeginOfARamp() {
        let course = RateCourse([
            RateStage(StageRate(from: 100, to: 100), for: .milliseconds(300)),
            RateStage(StageRate(from: 0, to: 400), for: .milliseconds(300)),
        ])
        let offsets = ArrivalDraws(regular: course, count: nil).all
        #expect(offsets.count == 90 && offsets[29] == 290_000_000 && offsets[30] == 300_000_000)
        #expect(offsets == offsets.sorted())
    }

    @Test func regularArrivalsGetDenserAndThinnerWithTheRate() {
        let offsets = ArrivalDraws(regular: Self.surge, count: nil).all
        #expect(offsets.count == 2_000 && offsets == offsets.sorted() && offsets[0] == 1_000_000_000)
        #expect(offsets.count { $0 < 2_000_000_000 } == 500 && offsets.count { $0 >= 3_000_000_000 } == 500)
        // 1,000 a second: a millisecond apart.
        let gaps = zip(offsets[600..<1_400], offsets[601..<1_401]).map { $1 - $0 }
        #expect(gaps.allSatisfy { $0 == 1_000_000 })
        #expect(ArrivalDraws(regular: Self.surge, count: 7).all.count == 7)
    }

    @Test(arguments: UInt64(1)...5) func randomArrivalsFollowTheCourseAndNoOther(seed: UInt64) throws {
        let course = RateCourse([
            RateStage(StageRate(from: 100, to: 4_000), for: .seconds(4)),
            RateStage(StageRate(from: 9_000, to: 9_000), for: .seconds(1)),
            RateStage(StageRate(from: 500, to: 500), for: .seconds(2)),
        ])
        let random = RandomStream(seed: seed, name: "arrivals")
        let offsets = ArrivalDraws(poisson: course, count: nil, from: random).all
        let fit = try #require(GapFit(offsets, to: course))
        #expect(fit.pValue > 1e-6, "seed \(seed): \(fit)")
        let number = NumberFit(offsets.count, to: course, limit: nil, isPoisson: true)
        #expect(try #require(number.pValue) > 1e-6, "seed \(seed): \(number)")
        // As many in the same time, but evenly.
        let even = RateCourse(perSecond: course.total / 7, for: 7_000_000_000)
        #expect(try #require(GapFit(offsets, to: even)).pValue < 1e-6, "seed \(seed)")
    }
}
