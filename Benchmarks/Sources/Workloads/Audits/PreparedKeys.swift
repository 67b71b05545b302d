/// The keys of a phase's requests at any position, drawn again where they are no longer in memory.
struct PreparedKeys {
    /// The most pieces that are kept at a time.
    private static let mostPieces = 64

    private let length: Int
    private let repeats: Bool
    /// The keys of pieces, by their numbers.
    private var pieces: [Int: [UInt32]]
    /// What draws each piece that was reached so far, from the second one on.
    private var draws: [KeyDraws]

    /// The keys of a phase whose first requests are given.
    init(of stream: RequestStream) {
        precondition(stream.first == 0, "The keys of a phase begin with its first piece.")
        length = stream.count
        repeats = !stream.goesOn
        pieces = [0: stream.keys]
        draws = [stream.rest?.keys].compactMap(\.self)
    }

    /// The key of the request at a position.
    mutating func key(at position: Int) -> UInt32 {
        let number = repeats ? 0 : position / length
        if let piece = pieces[number] { return piece[position % length] }
        let piece = draw(number)
        pieces[number] = piece
        // The calls of a worker come in order: the piece that is needed last is the one farthest away.
        if pieces.count > Self.mostPieces, let last = pieces.keys.max(by: { abs($0 - number) < abs($1 - number) }) {
            pieces[last] = nil
        }
        return piece[position % length]
    }

    private mutating func draw(_ number: Int) -> [UInt32] {
        while draws.count < number {
            var next = draws[draws.count - 1]
            _ = next.next(length)
            draws.append(next)
        }
        var drawn = draws[number - 1]
        return drawn.next(length)
    }
}
