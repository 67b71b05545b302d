/// Why results could not be written.
package struct BundleError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was being done: `create`, `write`, `rename`.
    package let action: String
    /// The file or directory.
    package let path: String
    /// Why the system refused.
    package let reason: String

    package var description: String {
        "cannot \(action) \(path): \(reason); choose another place with --out, or free some space"
    }
}
