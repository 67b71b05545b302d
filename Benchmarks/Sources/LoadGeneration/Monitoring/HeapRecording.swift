internal import Measurement
internal import Workloads

/// Two heap profiles of a memory phase: one when half of the samples that count are taken, and one at its end. What is in the
/// second and not in the first was allocated in between, and is what grows.
struct HeapRecording {
    private let profile: HeapProfile
    private let memory: MemorySampling
    private let path: String
    /// How many operations had been made at the first profile.
    private var half: Int?

    /// A recording of a phase; nil where none is asked for.
    init?(_ memory: MemorySampling, of phase: UInt16, in folder: String?) {
        guard let folder, let profile = try? HeapProfile() else { return nil }
        self.profile = profile
        self.memory = memory
        path = "\(folder)/phase-\(phase)"
    }

    /// Recorded is from the first sample on that counts: what has filled the cache before is left out.
    private var first: Int { max(1, memory.discarded) }

    /// A sample was taken, at rest.
    mutating func sampled(_ number: Int) {
        if number == first { profile.begin() }
        if number == first + max(1, (memory.samples - first) / 2), profile.write(to: "\(path)-half.heap") {
            half = number * memory.operations
        }
    }

    /// The phase is over, at rest.
    ///
    /// - Returns: The profiles; nil where it was too short for two.
    func end(at operations: Int) -> HeapProfiles? {
        profile.end()
        guard let half, operations > half, profile.write(to: "\(path)-end.heap") else { return nil }
        return HeapProfiles(half: "\(path)-half.heap", end: "\(path)-end.heap", operations: operations - half)
    }
}

/// The heap profiles of a memory phase.
package struct HeapProfiles: Hashable, Sendable {
    /// The file of the first one.
    package let half: String
    /// The file of the one at the end.
    package let end: String
    /// The operations between them.
    package let operations: Int
}
