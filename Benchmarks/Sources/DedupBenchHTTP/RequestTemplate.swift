#if HTTP
internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// The request that is made for a key: URL, headers and body, with `{key}` where the key belongs, and `{run}` where something
/// belongs that no other run has.
package struct RequestTemplate: Hashable, Sendable {
    /// The URL; it must name a host on `http` or `https`.
    package var url: String
    /// `GET`, `POST` and so on.
    package var method: String
    /// Headers as `Name: value`, in order.
    package var headers: [String]
    /// The body; nil for none.
    package var body: String?

    private static let placeholder = "{key}"

    /// A template.
    package init(url: String, method: String = "GET", headers: [String] = [], body: String? = nil) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
    }

    /// What is wrong with it, and what to do about it; nil if nothing is.
    package var problem: String? {
        guard let parsed = URLComponents(string: filled(url, 1)), ["http", "https"].contains(parsed.scheme),
            parsed.host?.isEmpty == false
        else { return "`\(url)` is no URL; write http://HOST:PORT/PATH" }
        for header in headers {
            guard let (name, _) = Self.split(header) else {
                return "`\(header)` is no header; write `Name: value`"
            }
            let isToken = name.utf8.allSatisfy { $0 > 32 && $0 < 127 && !"()<>@,;:\\\"/[]?={}".utf8.contains($0) }
            if !isToken || header.contains(where: \.isNewline) { return "`\(name)` is no name of a header" }
        }
        guard !method.isEmpty, method.utf8.allSatisfy({ (65...90).contains($0) }) else {
            return "`\(method)` is no method; write it in capitals, such as POST"
        }
        guard ([url, body ?? ""] + headers).contains(where: { $0.contains(Self.placeholder) }) else {
            return
                "no part of the request depends on the key, so all requests are one; put \(Self.placeholder) where the key "
                + "belongs: in the URL, a header or the body"
        }
        return nil
    }

    /// Where the service listens.
    var address: (host: String, port: Int)? {
        guard let parsed = URLComponents(string: filled(url, 1)), let host = parsed.host else { return nil }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        return (bare, parsed.port ?? (parsed.scheme == "https" ? 443 : 80))
    }

    func request(for key: UInt32, run: String) -> HTTPClientRequest {
        let filled = { (text: String) in self.filled(text, key, run) }
        var request = HTTPClientRequest(url: filled(url))
        request.method = HTTPMethod(rawValue: method)
        for header in headers {
            if let (name, value) = Self.split(header) { request.headers.add(name: name, value: filled(value)) }
        }
        if let body { request.body = .bytes(ByteBuffer(string: filled(body))) }
        return request
    }

    private func filled(_ text: String, _ key: UInt32, _ run: String = "run") -> String {
        text.replacingOccurrences(of: Self.placeholder, with: "\(key)").replacingOccurrences(of: "{run}", with: run)
    }

    /// Whether each run asks for other things than the one before.
    package var namesRun: Bool { ([url, body ?? ""] + headers).contains { $0.contains("{run}") } }

    private static func split(_ header: String) -> (name: String, value: String)? {
        guard let colon = header.firstIndex(of: ":"), colon > header.startIndex else { return nil }
        let value = header[header.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        return (String(header[..<colon]), value)
    }
}
#endif
