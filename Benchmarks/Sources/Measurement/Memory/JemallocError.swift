/// Why the allocator cannot be measured.
package enum JemallocError: Error, Hashable, Sendable, CustomStringConvertible {
    /// `malloc` belongs to somebody else.
    case notTheAllocator
    /// jemalloc was built without statistics.
    case noStatistics
    /// jemalloc does not know a control that is needed.
    case missingControl(String)
    /// jemalloc refused to make an arena.
    case noArena

    /// What is wrong and what to do about it.
    package var description: String {
        switch self {
        case .notTheAllocator:
            """
            jemalloc is loaded but malloc is not jemalloc's, so memory cannot be measured. Link libjemalloc before libc, \
            do not preload another allocator, and do not measure memory in a sanitizer build.
            """
        case .noStatistics:
            "this jemalloc was built without statistics (config.stats is false); install one that has them"
        case .missingControl(let name):
            "this jemalloc does not know the control \(name); version 5.3 is the one this is tested with"
        case .noArena:
            "jemalloc refused to make an arena, so allocations cannot be counted exactly"
        }
    }
}
