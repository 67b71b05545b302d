internal import Caching
internal import Reporting
internal import StrategyLab
internal import Wording

/// The results of a simulation, as a table for people and as a file for machines.
struct SimulationTable {
    /// The name of the trace.
    let trace: String
    let rows: [SimulationRow]
    /// Whether capacities are in bytes.
    let isWeighed: Bool
    /// Whether all that was asked for was simulated.
    let isWhole: Bool

    // MARK: - For people

    /// A row a policy, a column a capacity; the best policy of a capacity is marked, bounds aside.
    func lines(_ terminal: Terminal) -> [String] {
        let capacities = distinct(rows.map(\.capacity))
        var table = TerminalTable(
            [("policy", .left)] + capacities.map { (title(of: $0), .right) } + [("ns/request", .right)])
        for policy in distinct(rows.map(\.policy)) {
            let own = rows.filter { $0.policy == policy }
            let cells = capacities.map { capacity -> TerminalTable.Cell in
                guard let row = own.first(where: { $0.capacity == capacity }) else { return "" }
                let isBest = policy != .belady && row.hits == best(of: capacity)
                return .init(HumanNumber.ratio(row.hitRatio) + (isBest ? " *" : "  "), isBest ? .good : nil)
            }
            let cost = own.map(\.nanosecondsPerRequest).reduce(0, +) / Double(max(1, own.count))
            table.append([.init(policy.name)] + cells + [.init(HumanNumber.plain(cost))])
        }
        return table.lines(terminal)
    }

    /// The most hits of a policy that a cache can have.
    private func best(of capacity: Int) -> Int? {
        let hits = rows.filter { $0.capacity == capacity && $0.policy != .belady }.map(\.hits).max()
        // Nothing is best where nothing hits, or where an interruption has left some out.
        return isWhole && hits != 0 ? hits : nil
    }

    private func title(of capacity: Int) -> String {
        let share = rows.first { $0.capacity == capacity }?.share ?? 0
        let size = isWeighed ? HumanNumber.bytes(Double(capacity)) : "\(capacity)"
        return share > 1 ? "\(size) (all keys)" : "\(size) (\(HumanNumber.ratio(share)))"
    }

    private func distinct<Element: Hashable>(_ elements: [Element]) -> [Element] {
        var seen: Set<Element> = []
        return elements.filter { seen.insert($0).inserted }
    }

    // MARK: - For machines

    /// A row a policy and capacity.
    var csv: CSVTable {
        var table = CSVTable(columns: [
            "trace", "policy", "capacity", "capacity_unit", "capacity_share", "requests", "hits", "misses",
            "insertions",
            "evictions", "refusals", "hit_ratio", "requested_bytes", "hit_bytes", "byte_hit_ratio", "ns_per_request",
        ])
        for row in rows {
            let bytes = isWeighed ? row.counts : nil
            table.append([
                .text(trace), .text(row.policy.name), .integer(row.capacity),
                .text(isWeighed ? "byte" : "entry"), .number(row.share), .integer(row.requests), .integer(row.hits),
                .integer(row.requests - row.hits), CSVCell(row.counts?.insertions), CSVCell(row.counts?.evictions),
                CSVCell(row.counts?.refusals), .number(row.hitRatio), CSVCell(bytes?.requestedWeight),
                CSVCell(bytes?.hitWeight), CSVCell(bytes?.weightHitRatio), .number(row.nanosecondsPerRequest),
            ])
        }
        return table
    }
}
