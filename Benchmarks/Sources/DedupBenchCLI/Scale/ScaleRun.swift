internal import LoadGeneration
internal import Measurement
internal import Reporting
internal import Wording

/// Measures cases at the steps of their curves, one after the other, and keeps what was measured whatever happens then.
struct ScaleRun {
    /// What is to be measured, with the steps of each.
    let cases: [(item: ScaleCase, steps: [Int])]
    let context: CommandContext

    /// From how much memory on it is said beforehand how much is needed: a gigabyte.
    private static let much = 1 << 30

    /// Measures everything, unless it is interrupted or fails.
    ///
    /// - Returns: What was measured, and why not the rest; nil where all of it was measured, or where the run was interrupted.
    func rows(_ engine: ScaleEngine) async -> (rows: [ScaleRow], problem: Failure?) {
        var rows: [ScaleRow] = []
        for (item, steps) in cases {
            for size in steps {
                guard !engine.stop.isSet else { return (rows, nil) }
                do {
                    rows += try await measure(item, size, engine)
                } catch let failure as Failure {
                    return (rows, Failure("\(item.name), \(size): \(failure.message)", exitCode: failure.exitCode))
                } catch {
                    return (rows, Failure("\(item.name), \(size): \(error)", .internalError))
                }
            }
        }
        return (rows, nil)
    }

    private func measure(_ item: ScaleCase, _ size: Int, _ engine: ScaleEngine) async throws -> [ScaleRow] {
        // What an earlier step has freed is to count as available.
        engine.allocator.purge()
        let needed = item.bytesPerItem * size
        let available = context.availableMemory()
        let title = "\(item.name), \(size)"
        if let available, needed > available {
            let note =
                "not measured: takes up to \(HumanNumber.bytes(Double(needed))), and "
                + "\(HumanNumber.bytes(Double(available))) are available"
            context.console.error("\(title): \(note); \(item.curve.limitOption) ends the curve earlier\n")
            return item.pairs.map { ScaleRow(curve: item.curve, size: size, pair: $0, note: note) }
        }
        let memory = needed < Self.much ? "" : ", which takes up to \(HumanNumber.bytes(Double(needed)))"
        context.console.error("measuring: \(title)\(memory)\n")
        return try await item.measure(size, engine)
    }
}
