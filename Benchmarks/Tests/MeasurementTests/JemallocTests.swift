import Measurement
import Testing

@Suite(.serialized) struct JemallocTests {
    @Test func isTheAllocatorOfThisProcess() throws {
        let allocator = try Jemalloc()
        #expect(allocator.version.hasPrefix("5."))
        #expect(allocator.subtractsThreadCaches)
        let sizes = allocator.sizeClasses.map(\.size)
        #expect(sizes == sizes.sorted())
        #expect(sizes.contains(96) && sizes.contains(16_384))
    }

    @Test func liveBytesFollowHeldAllocations() throws {
        let allocator = try Jemalloc()
        // So much that whatever else the process allocates meanwhile makes no difference. Nothing touches it.
        let size = 512 << 20
        let before = allocator.reading()
        let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        let held = allocator.reading()
        block.deallocate()
        let after = allocator.reading()
        #expect(abs(held.live - before.live - size) < size / 4)
        #expect(abs(held.live - after.live - size) < size / 4)
        #expect(held.allocated == held.live + held.threadCaches)
    }

    @Test(arguments: [0, 1, 7, 1_000])
    func countsEveryAllocation(count: Int) throws {
        let counter = try AllocationCounter(Jemalloc())
        let sizes = [8, 48, 100, 1_000, 5_000, 40_000, 300_000]
        var blocks: [UnsafeMutableRawPointer] = []
        blocks.reserveCapacity(count)
        let made = counter.count {
            for number in 0..<count {
                blocks.append(.allocate(byteCount: sizes[number % sizes.count], alignment: 16))
            }
        }
        #expect(made.count.allocations == count)
        #expect(made.count.deallocations == 0)
        let least = (0..<count).reduce(0) { $0 + sizes[$1 % sizes.count] }
        #expect(made.count.bytes >= least && made.count.bytes <= least * 3 / 2 + 16 * count)
        let free = { (blocks: [UnsafeMutableRawPointer]) in
            counter.count { for block in blocks { block.deallocate() } }
        }
        // The first time round, the runtime makes its own records of the types.
        _ = free([])
        let freed = free(blocks)
        // Unoptimised code allocates, and frees again, where it loops.
        #expect(freed.count.deallocations - freed.count.allocations == count)
    }

    @Test func recordingALatencyDoesNotAllocate() throws {
        let counter = try AllocationCounter(Jemalloc())
        var histogram = LatencyHistogram()
        let record = { (count: UInt64) in
            counter.count { for value in 0..<count { histogram.record(value * value * 1_000) } }
        }
        // The first time round, the runtime makes its own records of the types.
        _ = record(1)
        let counted = record(10_000)
        #expect(counted.count.allocations == counted.count.deallocations)
        #expect(histogram.count == 10_001)
        #if !DEBUG
        #expect(counted.count.allocations == 0)
        #endif
    }

    @Test func samplingAddsNoLiveBytes() throws {
        let allocator = try Jemalloc()
        let counter = try AllocationCounter(allocator)
        let sampler = MemorySampler(allocator, capacity: 64)
        // Once through everything, so that what the runtime makes once for each type has been made.
        for number in 0..<200 { sampler.sample(operations: number, at: UInt64(number)) }
        let counted = counter.count {
            for number in 200..<400 { sampler.sample(operations: number, at: UInt64(number)) }
        }
        #expect(counted.count.allocations == counted.count.deallocations)
        #if !DEBUG
        #expect(counted.count.allocations == 0)
        #endif
        #expect(sampler.series.samples.last?.operations == 399)
    }

    /// Of a size that nothing else in the process has.
    @Test func countsTheAllocationsOfASizeClass() throws {
        let allocator = try Jemalloc()
        let index = try #require(allocator.sizeClasses.firstIndex { $0.size == 112 << 20 })
        var counts = [Int](repeating: 0, count: allocator.sizeClasses.count)
        allocator.refresh()
        allocator.liveCounts(into: &counts)
        let before = counts[index]
        let blocks = (0..<5).map { _ in UnsafeMutableRawPointer.allocate(byteCount: 112 << 20, alignment: 16) }
        allocator.refresh()
        allocator.liveCounts(into: &counts)
        for block in blocks { block.deallocate() }
        #expect(counts[index] == before + 5)
    }

    @Test func anEntryOfAnArrayOfBlocksCostsItsBlock() throws {
        let allocator = try Jemalloc()
        // So large that whatever else the process allocates meanwhile makes no difference. Nothing touches it.
        let size = 16 << 20
        let footprint = EntryFootprint.measure(allocator, entries: 64) { (0..<64).map { _ in Block(size) } }
        #expect(footprint.bytesPerEntry > Double(size) * 0.9)
        #expect(footprint.bytesPerEntry < Double(size) * 1.5)
    }
}

/// Memory that is held and never touched.
private final class Block {
    private let memory: UnsafeMutableRawPointer

    init(_ size: Int) { memory = .allocate(byteCount: size, alignment: 16) }

    deinit { memory.deallocate() }
}
