extension JSONValue {
    /// Reads one JSON value, strictly as RFC 8259 and RFC 7493 (I-JSON) say.
    ///
    /// Integers up to 64 bits are kept exactly; longer ones without a fraction or an exponent are an error, because
    /// rounding them would make two identifiers one, unless they are the very digits with which RFC 8785 writes a double
    /// (`100000000000000000000` is 1e20). Numbers with a fraction or an exponent become the nearest double.
    /// Rejected: duplicate names (compared after unescaping, by scalars), a byte order mark, anything after the value,
    /// unescaped control characters, half surrogate pairs, invalid UTF-8, numbers beyond a double, and what exceeds the
    /// limits.
    ///
    /// - Throws: ``JSONParsingError``, with line and column.
    public init(
        parsing bytes: some Sequence<UInt8>, limits: FingerprintLimits = .standard
    ) throws(JSONParsingError) {
        var parser = JSONParser(bytes: Array(bytes), limits: limits)
        self = try parser.parse()
    }

    /// Reads one JSON value, strictly; the same rules as for bytes.
    ///
    /// - Throws: ``JSONParsingError``, with line and column.
    public init(parsing text: String, limits: FingerprintLimits = .standard) throws(JSONParsingError) {
        try self.init(parsing: text.utf8, limits: limits)
    }
}
