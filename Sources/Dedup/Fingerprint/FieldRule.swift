/// How a field of a context takes part in its fingerprint.
public enum FieldRule: String, CaseIterable, Codable, Hashable, Sendable {
    /// As it is.
    case include
    /// Not at all: requests that differ only here are the same work. An ignored field is as if it were absent.
    case ignore
    /// As a digest under the ``SecretKey``: requests that differ here are different work, and the value appears nowhere.
    case secret
}
