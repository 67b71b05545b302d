package import DedupVerification
internal import Synchronization

/// A history in parts, in a file without a name: each part has all that there is of some keys, whatever stretch it was in.
///
/// It is written stretch by stretch and read part by part. What is kept in memory is a few bytes a key, and what ``HistoryFacts``
/// keeps.
package final class HistoryStore: Sendable {
    /// How many parts there are: so many that one of them fits where the whole does not, and so few that what is read of each
    /// stretch at a time is worth it.
    package static let parts = 256

    /// Where the elements of one kind are of each part of a stretch: one part behind the other.
    private struct Segments {
        var offset: Int
        /// By part, where it begins, in elements from the offset; and the end.
        var starts: [Int32]
    }

    private struct Stretch {
        var calls: Segments
        var executions: Segments
        var excuses: Segments
    }

    private struct State {
        var stretches: [Stretch] = []
        var size = 0
        var known: KnownExecutions
        var facts = HistoryFacts()
        var calls = 0
    }

    private let file: UnnamedFile
    private let state: Mutex<State>

    /// An empty store in a folder.
    ///
    /// - Parameter lastingKeys: Keys from this one on are asked for in one stretch only, and no memory is kept for them here.
    /// - Throws: ``HistoryFileError`` when there is no writing to it.
    package init(in folder: String, lastingKeys: Int = .max) throws(HistoryFileError) {
        file = try UnnamedFile(in: folder)
        state = Mutex(State(known: try KnownExecutions(in: folder, lastingKeys: lastingKeys)))
    }

    /// What is known of the whole.
    package var facts: HistoryFacts { state.withLock { $0.facts } }

    /// How many calls there are.
    package var calls: Int { state.withLock { $0.calls } }

    /// Appends a stretch, whose executions are numbered on from those before it.
    ///
    /// - Throws: ``HistoryFileError`` when it cannot be written.
    package func append(_ history: History) throws(HistoryFileError) {
        try state.withLock { state throws(HistoryFileError) in
            state.facts.add(history)
            try state.known.add(history.executions)
            state.calls += history.calls.count
            let calls = try Self.write(history.calls, to: file, &state.size, keys: history.calls.lazy.map(\.key))
            let executions = try Self.write(
                history.executions, to: file, &state.size, keys: history.executions.lazy.map(\.key))
            // An excuse belongs to the execution that it names.
            let named = try state.known.keys(of: history.excuses.map(\.execution))
            let excuses = try Self.write(
                history.excuses, to: file, &state.size, keys: zip(named, history.excuses).map { $0 ?? $1.key })
            state.stretches.append(Stretch(calls: calls, executions: executions, excuses: excuses))
        }
    }

    /// Gives back what memory is kept for what is still to be appended: nothing is.
    ///
    /// - Throws: ``HistoryFileError`` when it cannot be written.
    package func finish() throws(HistoryFileError) {
        try state.withLock { state throws(HistoryFileError) in try state.known.settle() }
    }

    /// When the execution ended that a call names; nil for one that did not, or that there is not.
    ///
    /// - Throws: ``HistoryFileError`` when it cannot be read.
    package func executionEnd(of call: Call) throws(HistoryFileError) -> UInt64? {
        try state.withLock { state throws(HistoryFileError) in try state.known.end(of: call.execution, for: call.key) }
    }

    /// Reads a part.
    ///
    /// - Throws: ``HistoryFileError`` when it cannot be read.
    package func part(_ number: Int) throws(HistoryFileError) -> HistoryPart {
        try state.withLock { state throws(HistoryFileError) in
            let history = History(
                calls: try read(Call.self, state.stretches.map(\.calls), number),
                executions: try read(Execution.self, state.stretches.map(\.executions), number),
                excuses: try read(Excuse.self, state.stretches.map(\.excuses), number))
            // Those that are not here are of other keys, or of none: few, unless the subject breaks promises.
            let named = Set(history.calls.lazy.map(\.execution)).subtracting(history.executions.lazy.map(\.id))
            var foreign: [UInt64: Execution] = [:]
            for id in named { foreign[id] = try state.known.execution(id) }
            return HistoryPart(history, foreign: foreign.values.sorted { $0.id < $1.id })
        }
    }

    private static func part(of key: UInt32) -> Int {
        // Neighbouring keys may be what is asked for together, and the multiples of a number be all there is.
        Int((key &* 0x9E37_79B1) >> 24)
    }

    /// Writes elements sorted by their part, in the order in which they were.
    private static func write<Element: BitwiseCopyable>(
        _ elements: [Element], to file: UnnamedFile, _ size: inout Int, keys: some Sequence<UInt32>
    ) throws(HistoryFileError) -> Segments {
        var numbers: [UInt8] = []
        numbers.reserveCapacity(elements.count)
        var starts = [Int32](repeating: 0, count: parts + 1)
        for key in keys {
            let part = part(of: key)
            numbers.append(UInt8(part))
            starts[part + 1] += 1
        }
        for part in 0..<parts { starts[part + 1] += starts[part] }
        var next = starts
        // Any element will do to fill the array with: each place is written.
        var sorted = elements
        for (element, part) in zip(elements, numbers) {
            sorted[Int(next[Int(part)])] = element
            next[Int(part)] += 1
        }
        let segments = Segments(offset: size, starts: starts)
        try file.write(sorted, at: &size)
        return segments
    }

    private func read<Element: BitwiseCopyable>(
        _ type: Element.Type, _ segments: [Segments], _ part: Int
    ) throws(HistoryFileError) -> [Element] {
        var elements: [Element] = []
        elements.reserveCapacity(segments.reduce(0) { $0 + Int($1.starts[part + 1] - $1.starts[part]) })
        for segment in segments {
            let first = Int(segment.starts[part])
            var place = segment.offset + first * MemoryLayout<Element>.stride
            elements += try file.read(type, count: Int(segment.starts[part + 1]) - first, at: &place)
        }
        return elements
    }
}
