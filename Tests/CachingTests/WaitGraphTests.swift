import Caching
import DedupTesting
import Testing

@Suite struct WaitGraphTests {
    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func refusesExactlyTheEdgesThatCloseACircle(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var graph = WaitGraph()
        var model: [(from: UInt64, to: UInt64)] = []
        for _ in 0..<3_000 {
            if Bool.random(using: &random) || model.isEmpty {
                let edge = (
                    from: UInt64.random(in: 1...12, using: &random), to: UInt64.random(in: 1...12, using: &random)
                )
                let closesACircle = reachable(from: edge.to, along: model).contains(edge.from)
                let isAdded = graph.add(from: edge.from, to: edge.to)
                #expect(isAdded == !closesACircle, "seed \(seed)")
                if !closesACircle { model.append(edge) }
            } else {
                let edge = model.remove(at: .random(in: model.indices, using: &random))
                graph.remove(from: edge.from, to: edge.to)
            }
            #expect(graph.isEmpty == model.isEmpty, "seed \(seed)")
        }
        for edge in model { graph.remove(from: edge.from, to: edge.to) }
        #expect(graph.isEmpty)
    }

    /// Everything that `start` reaches, itself included: grown until it grows no more.
    private func reachable(from start: UInt64, along edges: [(from: UInt64, to: UInt64)]) -> Set<UInt64> {
        var reached: Set = [start]
        while true {
            let grown = reached.union(edges.filter { reached.contains($0.from) }.map(\.to))
            if grown == reached { return reached }
            reached = grown
        }
    }

    @Test func aWorkThatWaitsForItselfIsRefused() {
        var graph = WaitGraph()
        let isAdded = graph.add(from: 1, to: 1)
        #expect(!isAdded && graph.isEmpty)
    }

    @Test func removingAnEdgeThatIsNotThereIsAProgrammingError() async {
        await #expect(processExitsWith: .failure) {
            var graph = WaitGraph()
            _ = graph.add(from: 1, to: 2)
            graph.remove(from: 1, to: 2)
            graph.remove(from: 1, to: 2)
        }
    }
}
