internal import DedupVerification
internal import Evidence
internal import Foundation
internal import Judging
internal import Measurement
internal import Wording

/// The pictures of a phase: what happened over time, how long calls took, which keys they asked for, and what memory did.
struct PhaseCharts {
    let phase: PhaseReport

    /// Those for which there is anything to draw.
    var all: [Chart] {
        (phase.edge.map { EdgeCharts(edge: $0).all } ?? [])
            + [rates, shares, heat, outcomes, parts, popularity, memory].compactMap(\.self)
    }

    // MARK: - Over time

    private func series(_ metric: String, named name: String) -> Chart.Series? {
        let points = phase.series.filter { $0.metric == metric }.map { (x: Double($0.offset) / 1e9, y: $0.value) }
        return points.isEmpty ? nil : Chart.Series(name: name, points: points)
    }

    private func overTime(
        _ title: String, _ series: [Chart.Series?], _ unit: String, write: @escaping (Double) -> String
    ) -> Chart? {
        let series = series.compactMap(\.self)
        guard series.contains(where: { $0.points.count > 1 }) else { return nil }
        let points = series.flatMap(\.points)
        return Chart(
            title: title, x: ChartAxis("seconds", of: points.map(\.x)) { HumanNumber.plain($0) },
            y: ChartAxis(unit, of: points.map(\.y), write: write), series: series,
            stalls: stalls(until: points.map(\.x).max() ?? 0))
    }

    /// When the machine did not run us, in seconds from the start of the phase.
    private func stalls(until end: Double) -> [ClosedRange<Double>] {
        (phase.load.stalls?.windows ?? []).compactMap { stall in
            let times = [stall.start, stall.end].map { Double($0 - min($0, phase.start)) / 1e9 }
            return times[0] < end && times[1] > 0 ? times[0]...times[1] : nil
        }
    }

    private var rates: Chart? {
        overTime(
            "Calls and executions over time",
            [series("throughput", named: "calls answered"), series("executions.rate", named: "executions")],
            "a second"
        ) { HumanNumber.count($0) }
    }

    private var shares: Chart? {
        let others = OutcomeClass.allCases.map { series("outcomes.\($0.name)", named: $0.name) }
        return overTime(
            "Outcomes over time",
            [series("hit_rate.hits", named: "hits"), series("hit_rate.joins", named: "joins")] + others,
            "share of the calls"
        ) { HumanNumber.ratio($0) }
    }

    /// Few calls that take long stand out as a cell of their own.
    private var heat: Chart? {
        guard let heat = phase.heat, heat.counts.count > 1 else { return nil }
        var cells: [Chart.Cell] = []
        for (interval, counts) in heat.counts.enumerated() {
            let start = Double(heat.width) * Double(interval) / 1e9
            for (number, count) in counts.enumerated() where count > 0 {
                cells.append(
                    Chart.Cell(
                        x: start...start + Double(heat.width) / 1e9,
                        y: LatencyHeat.start(of: number)...LatencyHeat.start(of: number + 1), count: count))
            }
        }
        guard !cells.isEmpty else { return nil }
        return Chart(
            title: "What callers waited over time (the darker, the more calls)",
            x: ChartAxis("seconds", of: cells.flatMap { [$0.x.lowerBound, $0.x.upperBound] }) { HumanNumber.plain($0) },
            y: ChartAxis("time", of: cells.flatMap { [$0.y.lowerBound, $0.y.upperBound] }, scale: .logarithmic) {
                HumanNumber.time($0)
            }, series: [], cells: cells, stalls: stalls(until: cells.map(\.x.upperBound).max() ?? 0))
    }

    // MARK: - Keys

    private var popularity: Chart? {
        guard phase.popularity.count > 1 else { return nil }
        let points = { (requests: (KeyPopularity) -> Double) in
            phase.popularity.map { keys in
                (x: (Double(keys.first) * Double(keys.last)).squareRoot(), y: requests(keys) / Double(keys.keys))
            }.filter { $0.y > 0 }
        }
        let series = [
            Chart.Series(name: "asked for", points: points { Double($0.requests) }, isLine: false),
            Chart.Series(name: "as declared", points: points(\.expected)),
        ]
        let all = series.flatMap(\.points)
        return Chart(
            title: "How popular keys were",
            x: ChartAxis("rank of the key", of: all.map(\.x), scale: .logarithmic) { HumanNumber.count($0) },
            y: ChartAxis("requests a key", of: all.map(\.y), scale: .logarithmic) { HumanNumber.plain($0) },
            series: series)
    }

    // MARK: - Latency

    /// The curve of the percentiles of some times, up to the last call: over 1 / (1 - p), so that 90 %, 99 % and 99.9 % are
    /// equally far apart.
    private static func curve(_ name: String, _ times: LatencyHistogram?) -> Chart.Series? {
        guard let times, !times.isEmpty else { return nil }
        let last = log10(Double(times.count))
        let steps = max(2, min(60, Int(last * 15)))
        let points = (0...steps).compactMap { step -> (x: Double, y: Double)? in
            let calls = pow(10, last * Double(step) / Double(steps))
            return times.percentile((1 - 1 / calls) * 100).map { (calls, Double(max(1, $0))) }
        }
        return Chart.Series(name: "\(name) (\(HumanNumber.count(times.count)))", points: points)
    }

    private static func percentiles(_ title: String, _ curves: [Chart.Series?]) -> Chart? {
        let curves = curves.compactMap(\.self)
        guard !curves.isEmpty else { return nil }
        let points = curves.flatMap(\.points)
        let most = points.map(\.x).max() ?? 1
        return Chart(
            title: title,
            x: ChartAxis(
                "percentile", of: points.map(\.x), scale: .logarithmic, ticks: ticks.filter { $0 <= most },
                write: percentile),
            y: ChartAxis("time", of: points.map(\.y), scale: .logarithmic) { HumanNumber.time($0) }, series: curves)
    }

    /// p50, and then ten times fewer calls from mark to mark.
    private static let ticks = [2, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000].map { Double($0) }

    /// `p50`, `p99.9`: the percentile that one call in so many exceeds.
    private static func percentile(_ calls: Double) -> String {
        let digits = max(0, Int(log10(calls).rounded()) - 2)
        let factor = pow(10, Double(digits + 1))
        let percent = ((1 - 1 / calls) * 100 * factor).rounded() / factor
        return percent == percent.rounded() ? "p\(Int(percent))" : "p\(percent)"
    }

    private var outcomes: Chart? {
        Self.percentiles(
            phase.latencies.isOpen ? "What callers waited, from the intended start" : "What callers waited",
            OutcomeClass.allCases.map { Self.curve($0.name, phase.latencies.waits($0)) })
    }

    /// Where the time went; in a closed loop there is no time before the call.
    private var parts: Chart? {
        let latencies = phase.latencies
        return Self.percentiles(
            "Where the time went",
            [
                latencies.isOpen ? Self.curve("lag of the generator", latencies.all(.lag)) : nil,
                latencies.isOpen ? Self.curve("wait for a client", latencies.all(.wait)) : nil,
                Self.curve("service", latencies.all(.service)),
                Self.curve("wake-up of joiners", latencies.all(.wakeup)),
                Self.curve("execution", latencies.all(.execution)),
                Self.curve("age of what was served", latencies.all(.age)),
                Self.curve("skew of herds", phase.load.herds?.skew),
            ])
    }

    // MARK: - Memory

    /// The unit in which the largest of some bytes is written.
    private static func unit(of bytes: [Double]) -> Double {
        [1_073_741_824.0, 1_048_576, 1_024].first { $0 <= bytes.max() ?? 0 } ?? 1
    }

    /// Above the least of them, because what grows is small beside what is there.
    private var memory: Chart? {
        guard let growth = phase.growth else { return nil }
        let samples = growth.evidence.samples
        guard samples.count > 1, let least = samples.map(\.reading.live).min() else { return nil }
        let points = { (isDiscarded: Bool) in
            samples.filter { $0.isDiscarded == isDiscarded }
                .map { (x: Double($0.operations), y: Double($0.reading.live - least)) }
        }
        let kept = points(false)
        var series = [Chart.Series(name: "live bytes", points: kept, isLine: false)]
        if let slope = growth.slope, let first = kept.first, let last = kept.last {
            let middle = kept.map(\.y).sorted()[kept.count / 2]
            let centre = (first.x + last.x) / 2
            series.append(
                Chart.Series(
                    name: "slope: \(HumanNumber.plain(slope)) B an operation",
                    points: [first.x, last.x].map { (x: $0, y: middle + slope * ($0 - centre)) }))
        }
        if !points(true).isEmpty { series.append(Chart.Series(name: "left out", points: points(true), isLine: false)) }
        let all = series.flatMap(\.points)
        return Chart(
            title: "Live bytes at rest, above the least (\(HumanNumber.bytes(Double(least))))",
            x: ChartAxis("operations", of: all.map(\.x)) { HumanNumber.count($0) },
            y: ChartAxis("bytes", of: all.map(\.y), unit: Self.unit(of: all.map(\.y))) { HumanNumber.bytes($0) },
            series: series)
    }
}
