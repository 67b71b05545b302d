internal import Crypto

/// The key under which secret fields enter a fingerprint, as HMAC-SHA-256. It never shows its bytes.
///
/// A plain digest of a short secret, such as a PIN, can be reversed by trying all values. A keyed digest cannot, without
/// the key.
public struct SecretKey: Sendable {
    /// The fewest bytes a key may have: the length of the digest, below which RFC 2104 discourages keys.
    public static let minimumByteCount = 32

    /// A key drawn at random once a process.
    ///
    /// With it, fingerprints of contexts with secret fields are the same all through a process and differ in the next:
    /// they cannot be compared with those of another process, nor looked up after a restart. Contexts without secrets
    /// are not affected.
    public static let random = SecretKey(key: SymmetricKey(size: .bits256))

    let key: SymmetricKey

    private init(key: SymmetricKey) {
        self.key = key
    }

    /// A key of given bytes, for fingerprints that outlive the process or are shared between processes.
    ///
    /// - Parameter bytes: At least ``minimumByteCount`` bytes from a secure source, the same in each process.
    /// - Throws: ``FingerprintError`` with the code `shortSecretKey` for fewer bytes.
    public static func symmetric(_ bytes: some Sequence<UInt8>) throws(FingerprintError) -> SecretKey {
        let bytes = Array(bytes)
        guard bytes.count >= minimumByteCount else {
            throw FingerprintError(.shortSecretKey, detail: "\(bytes.count) bytes")
        }
        return SecretKey(key: SymmetricKey(data: bytes))
    }
}

extension SecretKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always the same words, without a byte of the key.
    public var description: String { "SecretKey(redacted)" }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}

extension SecretKey {
    /// The digest under which a secret field enters a fingerprint.
    ///
    /// The message is `dedup secret`, the byte 1 (the version of this form), the name of the field and the canonical form
    /// of its value, each of the two behind its length in four bytes, the most significant first. The place of the field
    /// does not enter: it is bound by the canonical form around it.
    func digest(of canonical: UnsafeRawBufferPointer, named name: String) -> HashedAuthenticationCode<SHA256> {
        var message = HMAC<SHA256>(key: key)
        var head = Array("dedup secret".utf8)
        head.append(1)
        head.append(lengthOf: name.utf8.count)
        head.append(contentsOf: name.utf8)
        head.append(lengthOf: canonical.count)
        message.update(data: head)
        unsafe message.update(data: canonical)
        return message.finalize()
    }
}

extension [UInt8] {
    /// Appends a length as four bytes, the most significant first.
    mutating func append(lengthOf count: Int) {
        for shift in [24, 16, 8, 0] { append(UInt8(truncatingIfNeeded: count >> shift)) }
    }
}
