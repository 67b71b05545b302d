/// An array in a file without a name, of which only the end is in memory: what was appended since it was last settled.
///
/// It is for figures of every execution of a run that is longer than memory: those of the stretch that is being looked at are asked
/// for all the time, and the older ones seldom.
struct FiledArray<Element: BitwiseCopyable> {
    /// Nil: everything stays in memory.
    private let file: UnnamedFile?
    private var settled = 0
    private var size = 0
    private var recent: [Element] = []

    /// An empty array.
    ///
    /// - Parameter folder: Where its file is; nil: nowhere, and everything stays in memory.
    /// - Throws: ``HistoryFileError`` when there is no writing to the folder.
    init(in folder: String?) throws(HistoryFileError) {
        if let folder { file = try UnnamedFile(in: folder) } else { file = nil }
    }

    /// How many elements there are.
    var count: Int { settled + recent.count }

    /// Those that are in memory, by their places.
    var inMemory: Range<Int> { settled..<count }

    /// Appends an element.
    mutating func append(_ element: Element) { recent.append(element) }

    /// Appends copies of an element until there are so many.
    mutating func grow(to count: Int, with element: Element) {
        if count > self.count { recent += Array(repeating: element, count: count - self.count) }
    }

    /// Moves everything to the file.
    ///
    /// - Throws: ``HistoryFileError`` when it cannot be written.
    mutating func settle() throws(HistoryFileError) {
        guard let file, !recent.isEmpty else { return }
        try file.write(recent, at: &size)
        settled += recent.count
        recent.removeAll(keepingCapacity: true)
    }

    /// The element at a place, from the file where it has to be.
    ///
    /// - Throws: ``HistoryFileError`` when it cannot be read.
    func element(at place: Int) throws(HistoryFileError) -> Element {
        if place >= settled { return recent[place - settled] }
        guard let file else { preconditionFailure("What is settled is in a file.") }
        var offset = place * MemoryLayout<Element>.stride
        return try file.read(Element.self, count: 1, at: &offset)[0]
    }

    /// The element at a place, which must be one of those in memory.
    subscript(place: Int) -> Element {
        get { recent[place - settled] }
        set { recent[place - settled] = newValue }
    }
}
