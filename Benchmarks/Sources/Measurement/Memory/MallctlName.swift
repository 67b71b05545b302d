internal import CJemalloc
internal import Glibc

/// A jemalloc control, looked up once: reading it by its numeric path costs no parsing of its name.
struct MallctlName: Sendable {
    private var path: (Int, Int, Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0, 0, 0)
    private var depth = 8

    /// Resolves a name, or returns nil when this jemalloc does not know it.
    init?(_ name: String) {
        let status = withUnsafeMutablePointer(to: &path) { pointer in
            pointer.withMemoryRebound(to: Int.self, capacity: 8) { mallctlnametomib(name, $0, &depth) }
        }
        guard status == 0 else { return nil }
    }

    /// The same name with the number at `position` of the path replaced: `stats.arenas.<i>...`.
    func replacing(_ position: Int, with index: Int) -> MallctlName {
        var copy = self
        withUnsafeMutablePointer(to: &copy.path) { pointer in
            pointer.withMemoryRebound(to: Int.self, capacity: 8) { $0[position] = index }
        }
        return copy
    }

    /// Reads the value as `Value`, which must have the size that jemalloc documents for it; nil when it refuses.
    func read<Value: BitwiseCopyable>(_ initial: Value) -> Value? {
        var value = initial
        var size = MemoryLayout<Value>.size
        let status = withPath { mallctlbymib($0, depth, &value, &size, nil, 0) }
        return status == 0 && size == MemoryLayout<Value>.size ? value : nil
    }

    /// Writes a value, and says whether jemalloc took it.
    @discardableResult
    func write<Value: BitwiseCopyable>(_ newValue: Value) -> Bool {
        var value = newValue
        return withPath { mallctlbymib($0, depth, nil, nil, &value, MemoryLayout<Value>.size) } == 0
    }

    /// Triggers a control that takes no value.
    @discardableResult
    func trigger() -> Bool {
        withPath { mallctlbymib($0, depth, nil, nil, nil, 0) } == 0
    }

    private func withPath<Result>(_ body: (UnsafePointer<Int>) -> Result) -> Result {
        withUnsafePointer(to: path) { pointer in
            pointer.withMemoryRebound(to: Int.self, capacity: 8) { body($0) }
        }
    }
}
