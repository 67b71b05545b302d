/// A step's name as it is written, whereas Swift compares strings by what they mean.
///
/// Fingerprints and ``ExecutionRecord/ID`` tell names apart by their bytes, so two spellings of "é" are two steps
/// everywhere.
struct Spelling: Hashable, Sendable {
    let name: String

    init(_ name: String) { self.name = name }

    static func == (lhs: Spelling, rhs: Spelling) -> Bool { lhs.name.utf8.elementsEqual(rhs.name.utf8) }

    func hash(into hasher: inout Hasher) {
        // Equal spellings are equal strings, so the hash of strings will do.
        hasher.combine(name)
    }
}
