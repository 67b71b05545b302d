internal import Caching

/// A request whose step has been found, with what is needed to run it.
struct PreparedRequest<Input: Sendable, Output: Sendable>: Sendable {
    let step: Step<Input, Output>
    let entry: StepEntry
    let input: RequestInput<Input>

    /// What makes the request the same work as others.
    ///
    /// It is always made of the input itself. An input that was described as JSON is decoded first, unless it was before,
    /// so that what the type leaves out, fills in or spells differently separates nobody.
    func fingerprint(scope: String?) throws -> Fingerprint {
        switch input {
        case .given(let input):
            try entry.fingerprint(of: input, by: step, scope: scope)
        case .described(let input):
            try entry.fingerprint(of: input.context, scope: scope) {
                try step.encode(input.value, entry.fingerprinter.limits)
            }
        }
    }
}

/// What a request is executed with.
enum RequestInput<Input: Sendable>: Sendable {
    /// The caller gave it.
    case given(Input)
    /// The caller described it.
    case described(DescribedInput<Input>)

    /// The input itself.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/invalidContext``, or ``FingerprintError`` for a context beyond
    ///   the limits.
    var value: Input {
        get throws {
            switch self {
            case .given(let input): input
            case .described(let input): try input.value
            }
        }
    }

    /// What the caller said.
    var asSaid: any Sendable {
        switch self {
        case .given(let input): input
        case .described(let input): input.context
        }
    }
}

/// An input that a JSON context describes, decoded when it is first asked for: behind the middleware that may refuse
/// the request, and in front of everything that counts as work.
final class DescribedInput<Input: Sendable>: Sendable {
    let context: JSONValue
    private let decode: @Sendable (JSONValue) throws -> Input
    private let decoded = Lock<Input?>(nil)

    init(_ context: JSONValue, decode: @escaping @Sendable (JSONValue) throws -> Input) {
        self.context = context
        self.decode = decode
    }

    var value: Input {
        get throws {
            if let input = decoded.withLock({ $0 }) { return input }
            // Outside the lock: this is the type's own code. Two that come at once may both decode.
            let input = try decode(context)
            decoded.withLock { $0 = $0 ?? input }
            return input
        }
    }
}
