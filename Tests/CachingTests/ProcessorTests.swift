import Caching
import Foundation
import Testing

#if canImport(Glibc)
// The module of the C library leaves out what only Linux has.
@_silgen_name("sched_getaffinity")
private func processorsAllowed(_ thread: Int32, _ size: Int, _ mask: UnsafeMutableRawPointer) -> Int32

@_silgen_name("sched_setaffinity")
private func allowProcessors(_ thread: Int32, _ size: Int, _ mask: UnsafeRawPointer) -> Int32
#endif

/// The processors that lanes are chosen by.
struct ProcessorTests {
    #if canImport(Glibc)
    /// A thread that may run on one processor only is told that one, for each that this process may use.
    @Test func aThreadIsToldTheProcessorThatItRunsOn() async {
        var allowed = [UInt64](repeating: 0, count: 16)
        let size = allowed.count * 8
        #expect(unsafe processorsAllowed(0, size, &allowed) == 0)
        let numbers = (0..<size * 8).filter { allowed[$0 / 64] & (1 << UInt64($0 % 64)) != 0 }
        #expect(!numbers.isEmpty)
        for number in numbers {
            let told = await withCheckedContinuation { continuation in
                Thread {
                    var one = [UInt64](repeating: 0, count: 16)
                    one[number / 64] = 1 << UInt64(number % 64)
                    let isSet = unsafe allowProcessors(0, size, one) == 0
                    continuation.resume(returning: isSet ? Processor.current : -1)
                }.start()
            }
            #expect(told == number)
        }
    }
    #endif

    @Test func thereAreLanesForAsManyProcessorsAsThereAreUpToEight() {
        #expect([1, 2, 4, 8].contains(Processor.laneCount))
        #expect(Processor.laneCount >= min(8, ProcessInfo.processInfo.activeProcessorCount))
    }
}
