/// Turns any encodable value into the ``JSONValue`` whose canonical form is that of the same content written as JSON.
///
/// It does not go through a general JSON encoder. It takes `encode(to:)` literally:
///
/// - A nil that is encoded with `encodeIfPresent`, as synthesised code does, is absent; an explicit `encodeNil` is `null`.
///   The two differ.
/// - Integers of all widths are exact; one of 128 bits must fit in 64. A `Float` enters with its own shortest digits, so
///   that `0.1` as `Float` is the `0.1` of a JSON text. NaN and infinities are errors.
/// - A dictionary keyed by `String`, `Int` or a `CodingKeyRepresentable` becomes an object. One with other keys, and a
///   `Set`, would encode themselves as arrays in an order that differs from run to run; they are errors, wherever they
///   are encoded through a container. A type that calls `encode(to:)` of a set itself escapes that check: do not.
/// - Types of Foundation encode themselves by their `Codable` conformance, which differs from `JSONEncoder` in places: a
///   `Date` is the number of seconds since 2001 (pass dates as strings if contexts come as JSON), `Data` an array of bytes,
///   a `URL` an object with `relative`, a `Decimal` an object with its parts. A typed ``Step`` need not care: it decodes
///   a JSON context before it makes the fingerprint.
/// - A name encoded twice into one container is an error; so is a value that encodes nothing.
public struct CanonicalEncoder: Sendable {
    /// How large and deep inputs may be.
    public let limits: FingerprintLimits

    /// Makes an encoder; by default for 1 MiB and 512 levels.
    public init(limits: FingerprintLimits = .standard) {
        self.limits = limits
    }

    /// The JSON value of an input.
    ///
    /// - Throws: ``FingerprintError`` with the code `unordered`, `duplicateName`, `tooDeep`, `integerTooWide`,
    ///   `encodedNothing`, `mixedContainers`, or `encodingFailed` when the input's own `encode(to:)` threw.
    public func encode<Input: Encodable>(_ input: Input) throws(FingerprintError) -> JSONValue {
        do {
            return try EncodedNode.value(of: input, depth: limits.typedDepth)
        } catch let error as FingerprintError {
            throw error
        } catch {
            throw FingerprintError(.encodingFailed, detail: "\(type(of: error))")
        }
    }
}
