/// One place in which two requests differ: where and how, never with what.
public struct FieldDifference: Hashable, Sendable {
    /// How two requests differ at a path.
    public enum Kind: String, CaseIterable, Codable, Hashable, Sendable {
        /// The field is in the first request only.
        case onlyInFirst
        /// The field is in the second request only.
        case onlyInSecond
        /// The values are of two types, such as a string and a number.
        case typeDiffers
        /// The values are of one type and differ.
        case valueDiffers
        /// The secrets differ, or only one of the two is there to be digested.
        case secretDiffers
    }

    /// The place: `$.options.requestedAt`. Names of fields only.
    public let path: String

    /// How the requests differ there.
    public let kind: Kind

    /// Makes a difference of a place and a kind.
    public init(path: String, kind: Kind) {
        self.path = path
        self.kind = kind
    }
}

extension FieldDifference: CustomStringConvertible {
    /// The place, the kind, and what to do if the field should not count.
    public var description: String {
        switch kind {
        case .onlyInFirst: "\(path) is in the first only; \(remedy)"
        case .onlyInSecond: "\(path) is in the second only; \(remedy)"
        case .typeDiffers: "\(path) differs in type; pass it with one type always, or \(remedy)"
        case .valueDiffers: "\(path) differs; \(remedy)"
        case .secretDiffers: "\(path) differs (secret); \(remedy)"
        }
    }

    private var remedy: String { "mark it .ignore if it does not change the result." }
}
