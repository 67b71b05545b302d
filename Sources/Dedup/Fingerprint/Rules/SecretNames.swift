/// The names of fields that hold secrets by convention, in the ways in which they are spelled.
///
/// A name is compared as a whole, without regard to letter case (of ASCII), hyphens and underscores: `apiKey` stands for
/// `api_key`, `API-KEY` and `_apikey` too, and `token` not for `token_count`.
enum SecretNames {
    /// One spelling of each.
    static let all = [
        "password", "newPassword", "oldPassword", "currentPassword", "userPassword", "passwd", "pwd", "passphrase",
        "secret", "clientSecret", "appSecret", "apiSecret", "consumerSecret", "sharedSecret", "webhookSecret",
        "secretKey", "secretAccessKey", "awsSecretAccessKey",
        "token", "accessToken", "refreshToken", "idToken", "authToken", "oauthToken", "bearerToken", "apiToken",
        "sessionToken", "securityToken", "privateToken", "resetToken", "csrfToken", "xsrfToken", "jwt",
        "xAuthToken", "xAccessToken", "xCsrfToken", "xXsrfToken", "xAmzSecurityToken",
        "authorization", "proxyAuthorization", "credential", "credentials",
        "apiKey", "xApiKey", "accessKey", "authKey", "privateKey", "sshKey", "signingKey", "encryptionKey",
        "sessionKey",
        "cookie", "cookies", "setCookie", "sessionCookie",
    ]

    /// The names in small letters, without separators.
    static let spellings = all.map { $0.utf8.map(\.lowercasedASCII) }

    /// The characters that make no difference in a name.
    static let separators = [UInt8(ascii: "-"), UInt8(ascii: "_")]

    @inline(__always)
    static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") }

    /// Whether a name is one of them in any spelling.
    static func contains(_ name: String) -> Bool {
        guard let spelling = Spelling(name.utf8) else { return false }
        return known.contains(spelling)
    }

    private static let known = Set(spellings.compactMap { Spelling($0) })

    /// A name in small letters without separators, of up to 24 bytes: the longest of them has 18.
    private struct Spelling: Hashable {
        private var words: (UInt64, UInt64, UInt64) = (0, 0, 0)

        init?(_ name: some Sequence<UInt8>) {
            var count = 0
            for byte in name where !SecretNames.isSeparator(byte) {
                guard count < 24 else { return nil }
                words.0 = words.0 << 8 | words.1 >> 56
                words.1 = words.1 << 8 | words.2 >> 56
                words.2 = words.2 << 8 | UInt64(byte.lowercasedASCII)
                count += 1
            }
        }

        static func == (lhs: Self, rhs: Self) -> Bool { lhs.words == rhs.words }

        func hash(into hasher: inout Hasher) {
            hasher.combine(words.0)
            hasher.combine(words.1)
            hasher.combine(words.2)
        }
    }
}
