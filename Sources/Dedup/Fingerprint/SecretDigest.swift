internal import Crypto

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
