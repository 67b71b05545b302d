/// An array in a file without a name, of which only the end is in memory: what was appended since it was last settled.
///
/// It is for figures of every execution of a run that is longer than memory: those of the stretch that is being looked at are asked
/// for all the time, and of the older ones a few, or many at once.
struct FiledArray<Element: BitwiseCopyable> {
    /// Nil: everything stays in memory.
    private let file: UnnamedFile?
    private var settled = 0
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
    /// - Parameter isLast: Whether nothing more comes, so that its memory is given back.
    /// - Throws: ``HistoryFileError`` when it cannot be written.
    mutating func settle(isLast: Bool = false) throws(HistoryFileError) {
        guard let file else { return }
        var offset = settled * MemoryLayout<Element>.stride
        try file.write(recent, at: &offset)
        settled += recent.count
        recent.removeAll(keepingCapacity: !isLast)
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

    /// The elements at some places, read in the order of the places and in large pieces: for many of which most are near to others.
    ///
    /// - Throws: ``HistoryFileError`` when they cannot be read.
    func elements(at places: [Int]) throws(HistoryFileError) -> [Element] {
        var elements = places.map { $0 >= settled ? recent[$0 - settled] : nil as Element? }
        guard let file else { return elements.compactMap(\.self) }
        let filed = places.indices.filter { places[$0] < settled }.sorted { places[$0] < places[$1] }
        var next = 0
        while next < filed.count {
            let first = places[filed[next]]
            var end = next + 1
            while end < filed.count, places[filed[end]] - places[filed[end - 1]] < Self.near,
                places[filed[end]] - first < Self.longest
            {
                end += 1
            }
            var offset = first * MemoryLayout<Element>.stride
            let count = places[filed[end - 1]] - first + 1
            let piece = try file.read(Element.self, count: count, at: &offset)
            for index in filed[next..<end] { elements[index] = piece[places[index] - first] }
            next = end
        }
        return elements.compactMap(\.self)
    }

    /// Two places that are nearer to each other than this are read with what is between them.
    private static var near: Int { 512 }

    /// The most elements of a piece.
    private static var longest: Int { 1 << 16 }

    /// The element at a place, which must be one of those in memory.
    subscript(place: Int) -> Element {
        get { recent[place - settled] }
        set { recent[place - settled] = newValue }
    }
}
