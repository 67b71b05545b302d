import Dedup
import DedupTesting
import Testing

@Suite struct SeatListTests {
    /// A seat as a naive list would keep it.
    private struct Sitter {
        let seat: Seat
        var continuation: Int?
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func behavesAsANaiveList(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var seats = SeatList<Int>()
        var model: [Sitter] = []
        var gone: [Seat] = []
        for event in 0..<3_000 {
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<8: model.append(Sitter(seat: seats.reserve(), continuation: nil))
            case 8..<13: take(event, &seats, &model, &random)
            case 13..<17: leave(&seats, &model, &gone, &random)
            case 17..<19:
                if let seat = gone.randomElement(using: &random) { expectUnknown(seats.leave(seat)) }
            default:
                let waiting = model.filter { $0.continuation != nil }
                let released = seats.releaseWaiting()
                #expect(released.sorted() == waiting.compactMap(\.continuation), "seed \(seed)")
                gone += waiting.map(\.seat)
                model.removeAll { $0.continuation != nil }
            }
            #expect(seats.count == model.count && seats.isEmpty == model.isEmpty, "seed \(seed)")
            #expect(model.allSatisfy { seats.isReserved($0.seat) == ($0.continuation == nil) }, "seed \(seed)")
            #expect(!gone.suffix(50).contains { seats.isReserved($0) }, "seed \(seed)")
        }
    }

    private func take(_ event: Int, _ seats: inout SeatList<Int>, _ model: inout [Sitter], _ random: inout SplitMix64) {
        guard let index = model.indices.filter({ model[$0].continuation == nil }).randomElement(using: &random)
        else { return }
        seats.take(model[index].seat, event)
        // Kept in the order of continuations, so that a release can be compared with a plain filter.
        var sitter = model.remove(at: index)
        sitter.continuation = event
        model.append(sitter)
    }

    private func leave(
        _ seats: inout SeatList<Int>, _ model: inout [Sitter], _ gone: inout [Seat], _ random: inout SplitMix64
    ) {
        guard let index = model.indices.randomElement(using: &random) else { return }
        let sitter = model.remove(at: index)
        switch seats.leave(sitter.seat) {
        case .unknown: Issue.record("A sitter was not found.")
        case .beforeWaiting: #expect(sitter.continuation == nil)
        case .waiting(let continuation): #expect(sitter.continuation == continuation)
        }
        gone.append(sitter.seat)
    }

    private func expectUnknown(_ departure: SeatList<Int>.Departure) {
        if case .unknown = departure { return }
        Issue.record("A seat was left twice.")
    }

    @Test func aSeatThatIsTakenAgainHasAnotherTicket() {
        var seats = SeatList<Int>()
        let first = seats.reserve()
        _ = seats.leave(first)
        let second = seats.reserve()
        #expect(first.index == second.index)
        expectUnknown(seats.leave(first))
        #expect(seats.isReserved(second))
    }

    @Test func takingASeatTwiceIsAProgrammingError() async {
        await #expect(processExitsWith: .failure) {
            var seats = SeatList<Int>()
            let seat = seats.reserve()
            seats.take(seat, 1)
            seats.take(seat, 2)
        }
    }
}
