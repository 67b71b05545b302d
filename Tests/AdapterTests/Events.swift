/// An error whose text is a secret.
struct SecretError: Error, CustomStringConvertible {
    var description: String { "hunter2" }
}
