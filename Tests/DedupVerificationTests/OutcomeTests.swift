import DedupVerification
import Testing

/// How a call was answered, where its answer does not say.
@Suite struct OutcomeTests {
    /// The call begins at 100. A call's own execution is executed whatever else is known; one that had ended by then is a hit,
    /// and so is every other where duplicates are refused.
    @Test(
        arguments: [
            (true, nil, .join, .executed), (true, 50, .join, .executed), (true, 150, .reject, .executed),
            (false, nil, .join, .joined), (false, 101, .join, .joined), (false, 100, .join, .hit),
            (false, 50, .join, .hit),
            (false, nil, .either, .joined), (false, 101, .either, .joined), (false, 100, .either, .hit),
            (false, nil, .none, .joined), (false, 100, .none, .hit),
            (false, nil, .reject, .hit), (false, 101, .reject, .hit), (false, 100, .reject, .hit),
        ] as [(Bool, UInt64?, DuplicateMode, OutcomeClass)])
    func anAnswerThatDoesNotSayIsToldByItsExecution(
        isOwn: Bool, executionEnd: UInt64?, duplicates: DuplicateMode, outcome: OutcomeClass
    ) {
        #expect(
            OutcomeClass.inferred(start: 100, isOwn: isOwn, executionEnd: executionEnd, duplicates: duplicates)
                == outcome)
    }
}
