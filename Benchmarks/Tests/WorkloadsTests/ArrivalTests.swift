internal import Foundation
internal import Testing
internal import Workloads

@Suite struct ArrivalTests {
    @Test func constantArrivalsNeverDrift() {
        let offsets = ArrivalDraws(regular: RateCourse(perSecond: 3), count: 300_001).all
        #expect(offsets[0] == 0)
        #expect(offsets[1] == 333_333_333)
        #expect(offsets[2] == 666_666_667)
        #expect(offsets[300_000] == 100_000_000_000_000)
    }

    @Test(arguments: [0.5, 5000, 1_000_000]) func poissonGapsAreExponential(rate: Double) throws {
        let random = RandomStream(seed: 1, name: "arrivals")
        let offsets = ArrivalDraws(poisson: RateCourse(perSecond: rate), count: 50_000, from: random).all
        #expect(offsets.count == 50_000)
        #expect(offsets == offsets.sorted())
        let fit = try #require(GapFit(offsets, to: RateCourse(perSecond: rate)))
        #expect(fit.pValue > 1e-6 && fit.gaps == 49_999, "\(fit)")
    }

    @Test func aDurationHoldsAboutAsManyAsTheRateSays() throws {
        let random = RandomStream(seed: 2, name: "arrivals")
        let offsets = ArrivalDraws(poisson: RateCourse(perSecond: 1000, for: 10_000_000_000), count: nil, from: random)
            .all
        #expect(try #require(offsets.last) < 10_000_000_000)
        // A Poisson number with mean 10,000 has a standard deviation of 100.
        #expect((9500...10_500).contains(offsets.count))
    }

    @Test func whicheverEndComesFirstEndsTheSchedule() {
        let random = RandomStream(seed: 2, name: "arrivals")
        #expect(
            ArrivalDraws(poisson: RateCourse(perSecond: 1000, for: 10_000_000_000), count: 7, from: random).all.count
                == 7)
    }

    @Test func arrivalsThatAreNotPoissonDoNotFit() throws {
        let course = RateCourse(perSecond: 5000)
        let regular = ArrivalDraws(regular: course, count: 10_000).all
        #expect(try #require(GapFit(regular, to: course)).pValue < 1e-6)
        let random = RandomStream(seed: 3, name: "arrivals")
        let slow = ArrivalDraws(poisson: RateCourse(perSecond: 4700), count: 50_000, from: random).all
        #expect(try #require(GapFit(slow, to: course)).pValue < 1e-6)
        #expect(GapFit(Array(slow.prefix(1)), to: course) == nil)
    }

    @Test func releasesThatAreLateAreNotFarFromPoisson() throws {
        let course = RateCourse(perSecond: 5000)
        let random = RandomStream(seed: 4, name: "arrivals")
        var times = ArrivalDraws(poisson: course, count: 20_000, from: random).all
        #expect(try #require(GapFit(times, to: course)).distance < 0.01)
        // A stall of 20 ms once a second releases a hundred requests together.
        let stalled = times.map {
            $0 % 1_000_000_000 < 20_000_000 ? $0 / 1_000_000_000 * 1_000_000_000 + 20_000_000 : $0
        }
        #expect(try #require(GapFit(stalled, to: course)).distance < 0.05)
        // A generator that wakes up once a millisecond releases all that is due by then together.
        for index in times.indices { times[index] = (times[index] / 1_000_000 + 1) * 1_000_000 }
        #expect(try #require(GapFit(times, to: course)).distance > 0.5)
    }

    /// 2,000 a second for a second, or the first so many of them.
    @Test(
        arguments: [
            (2_000, nil, false, 2_000, nil), (1_998, nil, false, 2_000, nil), (998, 1_000, false, 1_000, nil),
            (2_000, nil, true, 2_000, 1), (1_900, nil, true, 2_000, 0.025), (1_700, nil, true, 2_000, 0),
            (500, 500, true, 500, nil), (490, 500, true, 500, nil), (2_100, 2_100, true, 2_000, 1),
        ] as [(Int, Int?, Bool, Double, Double?)])
    func theNumberOfArrivalsIsHeldAgainstTheRate(
        intended: Int, limit: Int?, isPoisson: Bool, declared: Double, pValue: Double?
    ) {
        let fit = NumberFit(
            intended, to: RateCourse(perSecond: 2_000, for: 1_000_000_000), limit: limit, isPoisson: isPoisson)
        #expect(fit.intended == intended && abs(fit.declared - declared) < 1e-6, "\(fit)")
        #expect((fit.pValue == nil) == (pValue == nil) && abs((fit.pValue ?? 0) - (pValue ?? 0)) < 0.03, "\(fit)")
    }

    @Test func recordedTimesAreReplayedAtAFactor() {
        #expect(ArrivalDraws.recorded([100, 150, 150, 400], factor: 10) == [0, 5, 5, 30])
        #expect(ArrivalDraws.recorded([100, 101], factor: 0.5) == [0, 2])
        #expect(ArrivalDraws.recorded([] as [UInt64], factor: 2).isEmpty)
    }
}
