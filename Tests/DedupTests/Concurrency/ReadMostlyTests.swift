import Caching
import Dedup
import DedupTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct ReadMostlyTests {
    /// Counts how many of its kind are alive.
    private final class Token: Sendable {
        let number: Int
        private let alive: Cell<Int>

        init(_ number: Int, _ alive: Cell<Int>) {
            self.number = number
            self.alive = alive
            alive.withLock { $0 += 1 }
        }

        deinit { alive.withLock { $0 -= 1 } }
    }

    @Test func readersSeeTheLatestPublishedValue() {
        let value = ReadMostly([1])
        #expect(value.read { $0 } == [1])
        #expect(
            value.update { value -> Int in
                value.append(2)
                return value.count
            } == 2)
        #expect(value.read { $0 } == [1, 2])
        #expect(value.withoutChanges { $0.count } == 2)
    }

    /// Each version is whole, versions never go back for a reader, and no version is destroyed while it is read.
    @Test func manyReadersBesideManyWriters() async {
        let alive = Cell(0)
        do {
            let value = ReadMostly([Token(0, alive), Token(0, alive)])
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var last = 0
                        for _ in 0..<20_000 {
                            let numbers = value.read { $0.map(\.number) }
                            #expect(numbers.count == 2 && numbers[0] == numbers[1] && numbers[0] >= last)
                            last = numbers[0]
                        }
                    }
                }
                for _ in 0..<2 {
                    group.addTask {
                        for _ in 0..<1_000 {
                            value.update { value in
                                let next = value[0].number + 1
                                value = [Token(next, alive), Token(next, alive)]
                            }
                        }
                    }
                }
            }
            #expect(value.read { $0[0].number } == 2_000)
            #expect(alive.withLock { $0 } == 2, "Only the last version is alive.")
        }
        #expect(alive.withLock { $0 } == 0)
    }

    /// What the old version alone held is destroyed outside the lock, so that it may change the value itself.
    @Test func aValueThatIsDestroyedMayChangeTheNextOne() {
        final class Chain: Sendable {
            let onEnd: @Sendable () -> Void
            init(_ onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }
            deinit { onEnd() }
        }
        let value = ReadMostly<Chain?>(nil)
        let changes = Cell(0)
        value.update { $0 = Chain { value.update { _ in changes.withLock { $0 += 1 } } } }
        value.update { $0 = nil }
        #expect(changes.withLock { $0 } == 1)
    }

    @Test func reflectionDoesNotEndTheProcess() {
        var text = ""
        dump(ReadMostly(1), to: &text)
        #expect(text.contains("ReadMostly"))
    }
}
