internal import Caching

/// Short numbers for step names, so that a cached result carries four bytes and no reference to a string.
///
/// Names are told apart by their bytes, as in ``ExecutionRecord/ID``: two spellings of "é" are two steps.
final class StepNames: Sendable {
    private struct State: Sendable {
        var numbers: [Spelling: UInt32] = [:]
        var names: [String] = []
    }

    private let state = Lock(State())
    private let limit: Int
    private let byteLimit: Int

    /// Makes a register of at most `limit` names of at most `byteLimit` UTF-8 bytes.
    init(limit: Int, byteLimit: Int) {
        self.limit = limit
        self.byteLimit = byteLimit
    }

    /// The number of `name`, the same for every call.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/stepNameLimit``.
    func number(of name: String) throws(DedupError) -> UInt32 {
        let spelling = Spelling(name)
        let number = state.withLock { state -> UInt32? in
            if let number = state.numbers[spelling] { return number }
            guard state.names.count < limit, name.utf8.count <= byteLimit else { return nil }
            let number = UInt32(state.names.count)
            state.names.append(name)
            state.numbers[spelling] = number
            return number
        }
        if let number { return number }
        throw DedupError(
            .stepNameLimit,
            name.utf8.count > byteLimit
                ? "A step's name has \(name.utf8.count) bytes, and \(byteLimit) are allowed (stepNameByteLimit)."
                : "There are \(limit) different step names already (stepLimit); put what varies into the input.")
    }

    /// The name behind a number that ``number(of:)`` gave.
    func name(of number: UInt32) -> String {
        state.withLock { $0.names[Int(number)] }
    }
}
