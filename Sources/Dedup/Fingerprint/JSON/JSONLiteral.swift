extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
    /// `nil` stands for `null`.
    public init(nilLiteral: ()) { self = .null }

    /// `true` and `false` stand for themselves.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// An integer literal from `Int64.min` to `UInt64.max`. One outside that range is a precondition failure.
    public init(integerLiteral value: StaticBigInt) {
        if value.bitWidth <= 64 {
            self = .integer(Int64(truncatingIfNeeded: value[0]))
        } else if value.bitWidth == 65, value.signum() > 0 {
            self = .unsigned(UInt64(value[0]))
        } else {
            preconditionFailure("An integer literal of a JSONValue must fit in 64 bits; write it as a string.")
        }
    }
}

extension JSONValue: ExpressibleByFloatLiteral, ExpressibleByStringInterpolation {
    /// A literal with a fraction or an exponent.
    public init(floatLiteral value: Double) { self = .number(value) }

    /// A string literal.
    public init(stringLiteral value: String) { self = .string(value) }
}

extension JSONValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    /// An array literal.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// A dictionary literal stands for an object. A name given twice is a precondition failure.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        guard let object = JSONObject(sortingIfUnique: elements.map { .init(name: $0.0, value: $0.1) }) else {
            preconditionFailure("A JSON object literal gives the same name twice; give each name once.")
        }
        self = .object(object)
    }
}

// MARK: - Literals with variables in them

extension JSONValue {
    /// An object from a literal that may hold variables beside literals:
    ///
    ///     let context = try JSONValue([
    ///         "path": path, "depth": depth, "all": true, "since": nil, "filter": ["name": name, "limit": 3],
    ///     ])
    ///
    /// A literal without variables is a ``JSONValue`` as it is and needs no initialiser.
    ///
    /// Swift gives the literals inside this one types of its own before they become JSON: an integer must fit in an `Int`,
    /// and in an array of integers and fractions all become `Double`. A nested literal with values of several types may
    /// hold anything as far as the compiler is concerned; it warns of an optional there, unless that
    /// is wrapped as `JSONValue(optional)`, and a value that is not `Encodable` is an error at run time.
    ///
    /// - Throws: ``FingerprintError`` that names the field, with the code `duplicateName` for a name given twice,
    ///   `notEncodable` for a value that has no JSON, or one of ``CanonicalEncoder/encode(_:)``.
    public init(_ members: KeyValuePairs<String, (any JSONLiteralElement)?>) throws(FingerprintError) {
        var object: [JSONObject.Member] = []
        for (name, element) in members {
            do throws(FingerprintError) {
                let levels = FingerprintLimits.maximumTypedDepth
                object.append(JSONObject.Member(name: name, value: try element?.makeJSON(levels: levels) ?? .null))
            } catch {
                throw error.inside(.name(name))
            }
        }
        guard let object = JSONObject(sortingIfUnique: object) else { throw FingerprintError(.duplicateName) }
        self = .object(object)
    }
}

/// A value that may be a variable in a literal of JSON: every ``JSONConvertible`` value, and optionals, arrays and
/// dictionaries of anything, because nested literals have such types for the compiler.
public protocol JSONLiteralElement {
    /// The JSON of this value.
    ///
    /// - Parameter levels: How many collections may be nested in it.
    /// - Throws: ``FingerprintError`` with the code `notEncodable` for something inside that has no JSON, `tooDeep`, or one
    ///   of ``CanonicalEncoder/encode(_:)``.
    func makeJSON(levels: Int) throws(FingerprintError) -> JSONValue
}

extension JSONConvertible {
    /// The value's JSON.
    public func makeJSON(levels: Int) throws(FingerprintError) -> JSONValue { jsonValue }
}

extension Optional: JSONLiteralElement {
    /// The JSON of the value; `null` for nil.
    public func makeJSON(levels: Int) throws(FingerprintError) -> JSONValue {
        guard let self else { return .null }
        return try JSONValue(anything: self, levels: levels)
    }
}

extension Array: JSONLiteralElement {
    /// The JSON of the elements, in their order.
    public func makeJSON(levels: Int) throws(FingerprintError) -> JSONValue {
        var elements: [JSONValue] = []
        for (index, element) in enumerated() {
            do throws(FingerprintError) {
                elements.append(try JSONValue(anything: element, levels: levels - 1))
            } catch {
                throw error.inside(.index(index))
            }
        }
        return .array(elements)
    }
}

extension Dictionary: JSONLiteralElement where Key == String {
    /// An object.
    public func makeJSON(levels: Int) throws(FingerprintError) -> JSONValue {
        var members: [JSONObject.Member] = []
        for (name, value) in self {
            do throws(FingerprintError) {
                members.append(.init(name: name, value: try JSONValue(anything: value, levels: levels - 1)))
            } catch {
                throw error.inside(.name(name))
            }
        }
        guard let object = JSONObject(sortingIfUnique: members) else { throw FingerprintError(.duplicateName) }
        return .object(object)
    }
}

extension JSONValue {
    /// The JSON of a value of which the compiler knows nothing.
    fileprivate init(anything value: Any, levels: Int) throws(FingerprintError) {
        guard levels > 0 else { throw FingerprintError(.tooDeep) }
        if let element = value as? any JSONLiteralElement {
            self = try element.makeJSON(levels: levels)
        } else if let encodable = value as? any Encodable {
            self = try CanonicalEncoder().encode(encodable)
        } else {
            throw FingerprintError(.notEncodable, detail: "\(type(of: value))")
        }
    }
}

extension FingerprintError {
    /// The error for a value at a place in another one.
    fileprivate func inside(_ place: FieldPath.Component) -> FingerprintError {
        FingerprintError(code, path: FieldPath([place]).description + path.dropFirst(), detail: detail)
    }
}
