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

    @Test(arguments: [0.5, 5000, 1_000_000]) func poissonGapsAreExponential(rate: Double) {
        let random = RandomStream(seed: 1, name: "arrivals")
        let offsets = ArrivalDraws(poisson: RateCourse(perSecond: rate), count: 50_000, from: random).all
        #expect(offsets.count == 50_000)
        #expect(offsets == offsets.sorted())
        let audit = ArrivalAudit.poisson(offsets, of: RateCourse(perSecond: rate))
        #expect(audit.verdict == .accepted, "\(audit.summary)")
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

    @Test func arrivalsThatAreNotPoissonAreRejected() {
        let regular = ArrivalDraws(regular: RateCourse(perSecond: 5000), count: 10_000).all
        #expect(ArrivalAudit.poisson(regular, of: RateCourse(perSecond: 5000)).verdict == .rejected)
        let random = RandomStream(seed: 3, name: "arrivals")
        let slow = ArrivalDraws(poisson: RateCourse(perSecond: 4700), count: 50_000, from: random).all
        #expect(ArrivalAudit.poisson(slow, of: RateCourse(perSecond: 5000)).verdict == .rejected)
        #expect(ArrivalAudit.poisson(Array(slow.prefix(50)), of: RateCourse(perSecond: 5000)).verdict == .inconclusive)
    }

    @Test func releasesMayBeLateButNotOfAnotherKind() {
        let random = RandomStream(seed: 4, name: "arrivals")
        var times = ArrivalDraws(poisson: RateCourse(perSecond: 5000), count: 20_000, from: random).all
        #expect(ArrivalAudit.released(times, of: RateCourse(perSecond: 5000)).verdict == .accepted)
        // A stall of 20 ms once a second releases a hundred requests together.
        let stalled = times.map {
            $0 % 1_000_000_000 < 20_000_000 ? $0 / 1_000_000_000 * 1_000_000_000 + 20_000_000 : $0
        }
        #expect(ArrivalAudit.released(stalled, of: RateCourse(perSecond: 5000)).verdict == .accepted)
        // A generator that wakes up once a millisecond releases all that is due by then together.
        for index in times.indices { times[index] = (times[index] / 1_000_000 + 1) * 1_000_000 }
        #expect(ArrivalAudit.released(times, of: RateCourse(perSecond: 5000)).verdict == .rejected)
        #expect(
            ArrivalAudit.released(Array(times.prefix(50)), of: RateCourse(perSecond: 5000)).verdict == .inconclusive)
    }

    /// 2,000 a second for a second, or the first so many of them.
    @Test(
        arguments: [
            (2_000, nil, false, .accepted), (1_999, nil, false, .accepted), (1_998, nil, false, .rejected),
            (1_000, 1_000, false, .accepted), (998, 1_000, false, .rejected), (2_000, nil, true, .accepted),
            (1_900, nil, true, .accepted), (1_700, nil, true, .rejected), (2_300, nil, true, .rejected),
            (500, 500, true, .accepted), (490, 500, true, .rejected),
        ] as [(Int, Int?, Bool, AuditVerdict)])
    func theNumberOfArrivalsIsThatOfTheRate(intended: Int, limit: Int?, isPoisson: Bool, verdict: AuditVerdict) {
        let audit = ArrivalAudit.number(
            intended, of: RateCourse(perSecond: 2_000, for: 1_000_000_000), limit: limit, isPoisson: isPoisson)
        #expect(audit.verdict == verdict, "\(audit.summary)")
    }

    @Test func recordedTimesAreReplayedAtAFactor() {
        #expect(ArrivalDraws.recorded([100, 150, 150, 400], factor: 10) == [0, 5, 5, 30])
        #expect(ArrivalDraws.recorded([100, 101], factor: 0.5) == [0, 2])
        #expect(ArrivalDraws.recorded([] as [UInt64], factor: 2).isEmpty)
    }

    @Test(arguments: [
        (100, 100, AuditVerdict.accepted), (99, 100, .accepted), (98, 100, .rejected), (101, 100, .rejected),
    ])
    func missingRequestsAreNoticed(sent: Int, intended: Int, verdict: AuditVerdict) {
        #expect(ArrivalAudit.sent(sent, of: intended).verdict == verdict)
        #expect(ArrivalAudit.sent(0, of: 0).verdict == .inconclusive)
    }
}
