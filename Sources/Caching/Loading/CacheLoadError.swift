/// An error of this library, which is about a request to it and not about what a step or a load was asked to do.
///
/// Every public error of the library is one. A step may throw an error that it has got from the library itself, from a cache
/// in it for example; such a failure says nothing of the step's input, so it is never cached.
package protocol LibraryError: Error {}

/// A load that cannot be begun or joined. More reasons may be added.
public struct CacheLoadError: Error, Hashable, CustomStringConvertible {
    /// The reason.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the reason.
        public let description: String

        /// The load would wait for itself.
        public static let recursive = Code(description: "recursive")
    }

    /// The reason.
    public let code: Code

    /// The fault and its remedy, in one or two sentences.
    public let description: String

    static func recursive(_ key: some CacheKey) -> CacheLoadError {
        CacheLoadError(
            code: .recursive,
            description: "The load for the key \(key) waits for itself: it asks for its own key, directly or through "
                + "other loads. Load what both need under a key of its own.")
    }
}

extension CacheLoadError: LibraryError {}
