internal import Caching

/// The reason why a text is not JSON that can be fingerprinted, and the place in the text. It never repeats the text.
public struct JSONParsingError: Error, Hashable, Sendable {
    /// The kinds of problems. Later versions may add some, so a `switch` over them needs a `default`.
    public struct Code: RawRepresentable, Error, CaseIterable, Hashable, Sendable, CustomStringConvertible {
        fileprivate enum Kind: String, CaseIterable {
            case unexpectedEnd, unexpectedCharacter, trailingContent, byteOrderMark, invalidUTF8, controlCharacter,
                invalidEscape, loneSurrogate, invalidNumber, numberOverflow, integerTooWide, duplicateName, tooDeep,
                tooLarge
        }

        fileprivate let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// The text ended inside a value, or was empty.
        public static let unexpectedEnd = Code(.unexpectedEnd)
        /// A character is not allowed at this place.
        public static let unexpectedCharacter = Code(.unexpectedCharacter)
        /// Something follows the value.
        public static let trailingContent = Code(.trailingContent)
        /// The text starts with a byte order mark.
        public static let byteOrderMark = Code(.byteOrderMark)
        /// The bytes are not UTF-8.
        public static let invalidUTF8 = Code(.invalidUTF8)
        /// A string holds a control character that is not escaped.
        public static let controlCharacter = Code(.controlCharacter)
        /// A backslash is followed by a character that it cannot escape.
        public static let invalidEscape = Code(.invalidEscape)
        /// A `\u` escape is half of a surrogate pair.
        public static let loneSurrogate = Code(.loneSurrogate)
        /// A number is not written as JSON writes numbers.
        public static let invalidNumber = Code(.invalidNumber)
        /// A number is too large for a double.
        public static let numberOverflow = Code(.numberOverflow)
        /// An integer without fraction or exponent has more than 64 bits.
        public static let integerTooWide = Code(.integerTooWide)
        /// A name appears twice in one object.
        public static let duplicateName = Code(.duplicateName)
        /// Objects and arrays are nested deeper than the limit allows.
        public static let tooDeep = Code(.tooDeep)
        /// The text is longer than the limit allows.
        public static let tooLarge = Code(.tooLarge)

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

    /// The line, from 1; lines end with a line feed.
    public let line: Int

    /// The column, from 1, in Unicode scalars.
    public let column: Int
}

extension JSONParsingError: LibraryError {}

extension JSONParsingError: CustomStringConvertible {
    /// The place, the problem and the remedy.
    public var description: String { "Line \(line), column \(column): \(sentences)" }

    private var sentences: String {
        switch code.kind {
        case .unexpectedEnd: "the text ends before the value does. Check that it was not cut off."
        case .unexpectedCharacter: "this character is not allowed here. Check commas, colons, quotes and brackets."
        case .trailingContent: "something follows the value. Pass exactly one JSON value."
        case .byteOrderMark: "the text starts with a byte order mark. Save it without one."
        case .invalidUTF8: "the bytes are not UTF-8. Save the text as UTF-8."
        case .controlCharacter: "a string contains a control character. Escape it, a line feed as \\n."
        case .invalidEscape: "this escape does not exist. Use one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX."
        case .loneSurrogate: "this escape is half of a surrogate pair. Write both halves, or the character itself."
        case .invalidNumber: "this is not a JSON number. Write no leading zero or plus, and digits after point and e."
        case .numberOverflow: "the number is too large for a double. Pass it as a string."
        case .integerTooWide: "the integer has more than 64 bits. Pass it as a string, or with an exponent."
        case .duplicateName: "this name is already in its object. Give each name once."
        case .tooDeep: "objects and arrays are nested too deeply. Flatten them, or raise maximumDepth."
        case .tooLarge: "the text is too long. Shorten it, or raise maximumBytes."
        }
    }
}
