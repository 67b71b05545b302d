/// Where a value is in a scenario, in the words of `--set`: `workload.keys.skew`, `phases.storm.clients`.
struct FieldPath: Hashable, Sendable, CustomStringConvertible {
    enum Part: Hashable, Sendable {
        case field(String)
        case element(Int)
    }

    private(set) var parts: [Part] = []
    /// What is shown for each part: an element of a list by its name, if it has one.
    private var shown: [String] = []

    static let root = FieldPath()

    func field(_ name: String) -> FieldPath { adding(.field(name), name) }

    func element(_ index: Int, name: String? = nil) -> FieldPath { adding(.element(index), name ?? "\(index)") }

    private func adding(_ part: Part, _ text: String) -> FieldPath {
        var path = self
        path.parts.append(part)
        path.shown.append(text)
        return path
    }

    var description: String { shown.joined(separator: ".") }
}
