internal import Caching

/// The reason why a context or an input has no fingerprint. It names the field and the remedy, and never contains a value.
public struct FingerprintError: Error, Hashable, Sendable {
    /// The kinds of problems. Later versions may add some, so a `switch` over them needs a `default`.
    public struct Code: RawRepresentable, Error, CaseIterable, Hashable, Sendable, CustomStringConvertible {
        fileprivate enum Kind: String, CaseIterable {
            case notFinite, duplicateName, unordered, tooDeep, tooLarge, integerTooWide, encodedNothing,
                mixedContainers, encodingFailed, notEncodable, invalidLimit, shortSecretKey
        }

        fileprivate let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// A number is NaN or infinite, which JSON cannot express.
        public static let notFinite = Code(.notFinite)
        /// A name appears twice in one object.
        public static let duplicateName = Code(.duplicateName)
        /// A set, or a dictionary that encodes itself as an array: the order would differ from run to run.
        public static let unordered = Code(.unordered)
        /// Objects and arrays are nested deeper than ``FingerprintLimits/maximumDepth``, or the values of a typed input
        /// deeper than ``FingerprintLimits/maximumTypedDepth``.
        public static let tooDeep = Code(.tooDeep)
        /// The canonical form is longer than ``FingerprintLimits/maximumBytes``.
        public static let tooLarge = Code(.tooLarge)
        /// An integer of more than 64 bits.
        public static let integerTooWide = Code(.integerTooWide)
        /// A value encoded nothing at all.
        public static let encodedNothing = Code(.encodedNothing)
        /// A value encoded itself into containers of two kinds, or into a container and as a single value.
        public static let mixedContainers = Code(.mixedContainers)
        /// The input's own `encode(to:)` threw.
        public static let encodingFailed = Code(.encodingFailed)
        /// A value in a literal has no JSON, because its type is not `Encodable`.
        public static let notEncodable = Code(.notEncodable)
        /// A limit is outside its range.
        public static let invalidLimit = Code(.invalidLimit)
        /// A secret key has too few bytes.
        public static let shortSecretKey = Code(.shortSecretKey)

        /// All codes of this version.
        public static var allCases: [Code] { Kind.allCases.map(Code.init) }

        /// The code with this name, or nil if this version has none.
        public init?(rawValue: String) {
            guard let kind = Kind(rawValue: rawValue) else { return nil }
            self.kind = kind
        }

        /// The name of the code, the same in every version.
        public var rawValue: String { kind.rawValue }

        /// The name of the code.
        public var description: String { rawValue }
    }

    /// The kind of problem.
    public let code: Code

    /// The place: `$` is the whole context, `$.options.tags[2]` an element in it. Field names only, never values.
    public let path: String

    /// A type or a limit, if that helps; never a value.
    package let detail: String

    init(_ code: Code, path: String = "$", detail: String = "") {
        self.code = code
        self.path = path
        self.detail = detail
    }
}

extension FingerprintError: LibraryError {}

extension FingerprintError {
    /// Whether code, place and subject are the same; names are compared by their Unicode scalars.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.code == rhs.code && Spelling(lhs.path) == Spelling(rhs.path) && lhs.detail == rhs.detail
    }
}

extension FingerprintError: CustomStringConvertible {
    /// The place, the problem and the remedy.
    public var description: String {
        let subject = detail.isEmpty ? "" : " (\(detail))"
        return "Cannot fingerprint \(path): \(reason)\(subject). \(remedy)"
    }

    private var reason: String {
        switch code.kind {
        case .notFinite: "the number is NaN or infinite"
        case .duplicateName: "a name appears twice in this object"
        case .unordered: "the type has no order of its own"
        case .tooDeep: "objects and arrays are nested too deeply"
        case .tooLarge: "the canonical form is too long"
        case .integerTooWide: "the integer has more than 64 bits"
        case .encodedNothing: "the value encoded nothing"
        case .mixedContainers: "the value used containers of two kinds"
        case .encodingFailed: "its encode(to:) threw an error"
        case .notEncodable: "the value has no JSON"
        case .invalidLimit: "a limit is outside its range"
        case .shortSecretKey: "the secret key is too short"
        }
    }

    private var remedy: String {
        switch code.kind {
        case .notFinite: "Leave the field out, or pass it as a string."
        case .duplicateName: "Give each name once; names that only look alike must be spelled with the same scalars."
        case .unordered: "Encode a set as a sorted array; key a dictionary by String, Int or a CodingKeyRepresentable."
        case .tooDeep:
            "Flatten it, or raise FingerprintLimits.maximumDepth; a typed input may have at most "
                + "\(FingerprintLimits.maximumTypedDepth) levels."
        case .tooLarge: "Pass a digest or a name of large content instead, or raise FingerprintLimits.maximumBytes."
        case .integerTooWide: "Pass it as a string."
        case .encodedNothing: "Let encode(to:) write a value or open a container."
        case .mixedContainers: "Let encode(to:) use one kind of container."
        case .encodingFailed: "See the type's encode(to:)."
        case .notEncodable: "Make its type Encodable, or leave the field out."
        case .invalidLimit: "Choose a value in the range."
        case .shortSecretKey: "Give at least \(SecretKey.minimumByteCount) random bytes."
        }
    }
}
