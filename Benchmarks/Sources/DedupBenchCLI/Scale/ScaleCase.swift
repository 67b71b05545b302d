/// An operation that is measured at each step of a curve, and its control.
struct ScalePair: Hashable {
    /// The operation.
    let name: String
    /// What an engineer would write instead, or the limit that the machine sets.
    let control: String
}

/// Something that `dedupbench scale` measures at each step of a curve.
struct ScaleCase: Sendable {
    let curve: ScaleCurve
    /// The name that `--filter` looks in.
    let name: String
    /// The rows that one step comes to.
    let pairs: [ScalePair]
    /// At most how many bytes each item of the curve takes, together with what is needed to measure it.
    let bytesPerItem: Int
    /// Measures one step.
    let measure: @Sendable (_ size: Int, ScaleEngine) async throws -> [ScaleRow]

    /// Everything, in the order of the report.
    static let all = EntryCurve.cases + FlightCurve.cases + WaiterCurve.cases + ThreadCurve.cases

    /// A case of a single row a step.
    init(
        _ curve: ScaleCurve, _ pair: ScalePair, bytesPerItem: Int,
        _ measure: @escaping @Sendable (_ size: Int, ScalePair, ScaleEngine) async throws -> ScaleRow
    ) {
        self.init(curve, "\(pair.name), beside \(pair.control)", [pair], bytesPerItem: bytesPerItem) { size, engine in
            [try await measure(size, pair, engine)]
        }
    }

    /// A case of several rows a step.
    init(
        _ curve: ScaleCurve, _ name: String, _ pairs: [ScalePair], bytesPerItem: Int,
        _ measure: @escaping @Sendable (_ size: Int, ScaleEngine) async throws -> [ScaleRow]
    ) {
        self.curve = curve
        self.name = "\(curve.rawValue): \(name)"
        self.pairs = pairs
        self.bytesPerItem = bytesPerItem
        self.measure = measure
    }
}
