/// A step's name as it is written, whereas Swift compares strings by what they mean.
///
/// Fingerprints and ``ExecutionRecord/ID`` tell names apart by their bytes, so two spellings of "é" are two steps
/// everywhere.
struct Spelling: Hashable, Sendable {
    let name: String

    init(_ name: String) { self.name = name }

    static func == (lhs: Spelling, rhs: Spelling) -> Bool {
        // Over spans: with iterators this is the dearest part of finding a step by name, 5 % of a hit.
        let (ours, theirs) = (lhs.name.utf8.span, rhs.name.utf8.span)
        guard ours.count == theirs.count else { return false }
        for index in ours.indices where ours[index] != theirs[index] { return false }
        return true
    }

    func hash(into hasher: inout Hasher) {
        // Equal spellings are equal strings, so the hash of strings will do.
        hasher.combine(name)
    }
}
