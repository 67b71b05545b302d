/// The keys of a phase's requests at any position, drawn again where they are no longer in memory.
struct PreparedKeys {
    /// The most pieces that are kept at a time.
    private static let mostPieces = 8

    private let length: Int
    private let repeats: Bool
    /// The keys of pieces, by their numbers.
    private var pieces: [Int: [UInt32]]
    /// What draws each piece that was reached so far, from the second one on.
    private var drawers: [any PieceDrawer]

    /// The keys of a phase whose first requests are given.
    init(of stream: RequestStream) {
        precondition(stream.first == 0, "The keys of a phase begin with its first piece.")
        length = stream.count
        repeats = !stream.goesOn
        pieces = [0: stream.keys]
        drawers = [stream.rest].compactMap(\.self)
    }

    /// The key of the request at a position.
    mutating func key(at position: Int) -> UInt32 {
        let number = repeats ? 0 : position / length
        if let piece = pieces[number] { return piece[position % length] }
        let piece = draw(number)
        pieces[number] = piece
        // The calls of a worker come in order: the piece that is needed last is the one farthest away.
        // The first one, which the stream holds anyway, stays.
        if pieces.count > Self.mostPieces {
            let others = pieces.keys.filter { $0 > 0 }
            if let last = others.max(by: { abs($0 - number) < abs($1 - number) }) { pieces[last] = nil }
        }
        return piece[position % length]
    }

    private mutating func draw(_ number: Int) -> [UInt32] {
        // Each piece begins where the one before it ended, so those that were not reached yet are passed through.
        while true {
            let reached = min(number, drawers.count)
            var drawer = drawers[reached - 1]
            let keys = drawer.drawKeys(length)
            if reached == drawers.count { drawers.append(drawer) }
            if reached == number { return keys }
        }
    }
}
