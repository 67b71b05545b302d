import Measurement
import Testing

@Suite struct MemorySeriesTests {
    /// Results that expire empty a full cache for a moment: such samples do not compare with the others.
    @Test(
        arguments: [
            (100, [100, 100, 40, 100, 101, 99], [1, 3, 4]), (nil, [100, 100, 40, 100, 101, 99], [1, 2, 3, 4, 5]),
            (100, [10, 20, 30, 40, 50, 60], [1, 2, 3, 4, 5]), (100, [nil, nil, nil], [1, 2]),
        ] as [(Int?, [Int?], [Int])])
    func samplesOfAFullCacheCompareWithEachOther(capacity: Int?, entries: [Int?], kept: [Int]) {
        var series = MemorySeries(capacity: 10, sizeClasses: [SizeClass(size: 16, isLarge: false)])
        for (number, entries) in entries.enumerated() {
            series.append(
                MemorySeries.Sample(
                    operations: number, time: UInt64(number), reading: .zero, liveEntries: entries),
                liveCounts: [number * 7])
        }
        let numbers = series.comparableSamples(after: 1, capacity: capacity)
        #expect(numbers == kept)
        let part = series.keeping(numbers)
        #expect(part.samples.map(\.operations) == kept)
        #expect(part.samples.indices.map { part.liveCount(sample: $0, sizeClass: 0) } == kept.map { $0 * 7 })
    }

    @Test func aFullSeriesKeepsItsSpan() {
        var series = MemorySeries(capacity: 8, sizeClasses: [SizeClass(size: 16, isLarge: false)])
        for number in 0..<100 {
            series.append(
                MemorySeries.Sample(operations: number, time: UInt64(number), reading: .zero), liveCounts: [number])
        }
        #expect(series.samples.count <= 8)
        #expect(series.samples.first?.operations == 0)
        #expect(series.samples.last?.operations == 99)
        for index in series.samples.indices {
            #expect(series.liveCount(sample: index, sizeClass: 0) == series.samples[index].operations)
        }
    }
}
