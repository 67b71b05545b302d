#if Configuration
internal import Configuration
internal import Dedup

/// The values of a reader, each in the type of its key. A key without a value is nil, and a value that cannot be read an error.
struct KeyedValues: Sendable {
    private let config: ConfigSnapshotReader

    /// The values as they are now, all of the same moment.
    init(_ config: ConfigReader) { self.config = config.snapshot() }

    // MARK: - By type

    func text(_ key: ConfigurationKey) throws(DedupError) -> String? {
        if let text = config.string(forKey: key.path, isSecret: key.isSecret) { return text }
        return try unreadable(key, "text", "Write it in quotes.")
    }

    func count(_ key: ConfigurationKey) throws(DedupError) -> Int? {
        if let number = config.int(forKey: key.path, isSecret: key.isSecret) { return number }
        return try unreadable(
            key, "a whole number of at most \(Int.max)", "Write digits alone, and no more of them, such as 1000.")
    }

    func seed(_ key: ConfigurationKey) throws(DedupError) -> UInt64? {
        guard let written = written(key) else { return nil }
        if let seed = UInt64(written) { return seed }
        throw refused(key, written, "not a whole number from 0 to \(UInt64.max)", "Write digits alone, such as 1000.")
    }

    func duration(_ key: ConfigurationKey) throws(DedupError) -> Duration? {
        let (what, remedy) = ("a duration", "Write a number with its unit (ns, us, ms, s, m, h), such as 300s or 20ms.")
        guard let text = config.string(forKey: key.path, isSecret: key.isSecret) else {
            return try unreadable(key, what, remedy)
        }
        if let duration = Duration(written: text) { return duration }
        throw refused(key, text, "not \(what) of whole nanoseconds", remedy)
    }

    /// One of a few names.
    func name<Name: RawRepresentable<String> & CaseIterable>(_ key: ConfigurationKey) throws(DedupError) -> Name? {
        guard let text = try text(key) else { return nil }
        if let name = Name(rawValue: text) { return name }
        let names = Name.allCases.map(\.rawValue).joined(separator: ", ")
        throw refused(key, text, "none of its names", "Use one of \(names).")
    }

    func secretKey(_ key: ConfigurationKey) throws(DedupError) -> SecretKey? {
        let remedy =
            "Give at least \(SecretKey.minimumByteCount) random bytes, as the provider decodes them, mostly base64."
        guard let bytes = config.bytes(forKey: key.path, isSecret: key.isSecret) else {
            return try unreadable(key, "bytes", remedy)
        }
        do {
            return try .symmetric(bytes)
        } catch {
            throw refused(key, "", "too short with its \(bytes.count) bytes", remedy)
        }
    }

    /// Limits with this one replaced.
    func limits(_ key: ConfigurationKey, _ limits: FingerprintLimits) throws(DedupError) -> FingerprintLimits? {
        guard let value = try count(key) else { return nil }
        do {
            return try key == .maximumBytes
                ? FingerprintLimits(maximumBytes: value, maximumDepth: limits.maximumDepth)
                : FingerprintLimits(maximumBytes: limits.maximumBytes, maximumDepth: value)
        } catch {
            throw refused(key, "\(value)", "outside its range", "\(error.detail).")
        }
    }

    // MARK: - What cannot be read

    /// Nil if the key has no value. A reader answers the same for that and for a value of another type.
    private func unreadable<Value>(
        _ key: ConfigurationKey, _ what: String, _ remedy: String
    ) throws(DedupError) -> Value? {
        guard let written = written(key) else { return nil }
        throw refused(key, written, "not \(what)", remedy)
    }

    /// What stands under a key, of whatever type.
    private func written(_ key: ConfigurationKey) -> String? {
        let (path, isSecret) = (key.path, key.isSecret)
        if let text = config.string(forKey: path, isSecret: isSecret) { return text }
        if let number = config.int(forKey: path, isSecret: isSecret) { return "\(number)" }
        if let number = config.double(forKey: path, isSecret: isSecret) { return "\(number)" }
        if let truth = config.bool(forKey: path, isSecret: isSecret) { return "\(truth)" }
        if let texts = config.stringArray(forKey: path, isSecret: isSecret) { return "\(texts)" }
        if let numbers = config.intArray(forKey: path, isSecret: isSecret) { return "\(numbers)" }
        if let numbers = config.doubleArray(forKey: path, isSecret: isSecret) { return "\(numbers)" }
        if let truths = config.boolArray(forKey: path, isSecret: isSecret) { return "\(truths)" }
        if let bytes = config.bytes(forKey: path, isSecret: isSecret) { return "\(bytes.count) bytes" }
        if let chunks = config.byteChunkArray(forKey: path, isSecret: isSecret) {
            return "\(chunks.count) chunks of bytes"
        }
        return nil
    }

    private func refused(
        _ key: ConfigurationKey, _ value: String, _ problem: String, _ remedy: String
    ) -> DedupError {
        .invalidConfiguration(key.rawValue, "\(key.isSecret ? "the value" : "'\(value)'") is \(problem). \(remedy)")
    }
}
#endif
