#if HTTP
internal import Crypto
internal import DedupBenchKit
internal import Foundation
internal import NIOHTTP1

/// By what an answer tells which execution it comes from.
package enum AnswerIdentity: Hashable, Sendable {
    /// The body is that of the origin, byte for byte.
    case origin
    /// The value of a header.
    case header(String)
    /// A member of a JSON object, by the names on the way to it.
    case field([String])
    /// The whole body: different bodies are different executions.
    case body
    /// Nothing: executions are counted by the service.
    case none

    /// Reads `header:NAME`, `field:a.b`, `body`, `origin` or `none`; nil if it is nothing of that.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count > 1 ? parts[1] : nil) {
        case ("origin", nil): self = .origin
        case ("body", nil): self = .body
        case ("none", nil): self = .none
        case ("header", let name?) where !name.isEmpty: self = .header(name)
        case ("field", let path?) where !path.isEmpty: self = .field(path.split(separator: ".").map(String.init))
        default: return nil
        }
    }

    /// In words, for reports.
    package var description: String {
        switch self {
        case .origin: "the bytes of the body"
        case .header(let name): "the header \(name)"
        case .field(let path): "the field \(path.joined(separator: "."))"
        case .body: "the whole body"
        case .none: "nothing"
        }
    }

    /// What tells this answer from others of its key.
    ///
    /// - Throws: ``HTTPSubjectError`` where the answer does not have it.
    func text(_ headers: HTTPHeaders, _ body: [UInt8]) throws -> String {
        switch self {
        case .header(let name):
            guard let value = headers.first(name: name) else {
                throw HTTPSubjectError("an answer has no header \(name)")
            }
            return value
        case .field(let path):
            guard let value = Self.value(path, in: body) else {
                throw HTTPSubjectError("an answer has no field \(path.joined(separator: "."))")
            }
            return value
        case .body, .origin: return SHA256.hash(data: body).map { String($0, radix: 16) }.joined(separator: ".")
        case .none: return ""
        }
    }

    private static func value(_ path: [String], in body: [UInt8]) -> String? {
        var value: Any? = try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed)
        for name in path { value = (value as? [String: Any])?[name] }
        guard let value, !(value is NSNull) else { return nil }
        return "\(value)"
    }

    /// The number that stands for the member in a body; the body itself where no member is asked for.
    static func number(_ path: [String], in body: [UInt8]) -> Int? {
        let text =
            path.isEmpty
            ? String(decoding: body, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            : value(path, in: body)
        return text.flatMap { Int($0) }
    }
}

/// Why a service cannot be driven, or an answer is none.
package struct HTTPSubjectError: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
#endif
