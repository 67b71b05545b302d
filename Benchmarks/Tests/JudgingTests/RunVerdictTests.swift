import Judging
import Testing

@Suite struct RunVerdictTests {
    @Test(arguments: [
        ([RunVerdict.pass, .pass], RunVerdict.pass, Int32(0)), ([.pass, .fail, .invalid], .fail, 2),
        ([.inconclusive, .pass], .inconclusive, 75), ([.inconclusive, .invalid, .pass], .invalid, 75),
        ([], .inconclusive, 75), ([.invalid, .fail], .fail, 2), ([.hung, .invalid], .hung, 3),
        ([.interrupted, .inconclusive], .interrupted, 130),
    ])
    func severalVerdictsAreOne(verdicts: [RunVerdict], combined: RunVerdict, exitCode: Int32) {
        #expect(RunVerdict.combined(verdicts) == combined)
        #expect(RunVerdict.combined(verdicts).exitCode == exitCode)
    }
}
