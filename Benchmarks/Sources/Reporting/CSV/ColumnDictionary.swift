/// What every column of every table means, whichever table it is in.
enum ColumnDictionary {
    /// How a column is written.
    enum Kind: String {
        case string, integer, number, boolean
    }

    /// A column's kind and meaning; nil for one that is not known.
    static func column(_ name: String, in file: String) -> (kind: Kind, meaning: String)? {
        if let own = exceptions["\(file)/\(name)"] { return own }
        if let known = columns[name] { return known }
        // The parameters of a matrix.
        return name.hasPrefix("strategy_") ? (.string, "the value of a parameter of the matrix") : nil
    }

    /// Columns that mean something else in one table.
    private static let exceptions: [String: (kind: Kind, meaning: String)] = [
        "events.csv/executions": (.string, "the executions that contradict each other"),
        "edges.csv/event": (.string, "what the herds came at: publication, expiry, ..."),
        "edges.csv/executions": (.integer, "executions of the keys that these herds asked for"),
        "edges.csv/violations": (.integer, "breaches of any rule that concern these keys"),
        "baseline.csv/ci_low": (.number, "the lower end of the interval that worse_ratio falls into with 95 %"),
        "baseline.csv/ci_high": (
            .number, "the upper end of that interval; both are empty where nothing is judged by it"
        ),
        "baseline.csv/worse_ratio": (.number, "how many times worse the run is than the runs of the baseline"),
        "baseline.csv/reason": (.string, "why the figure came to that"),
        "rounds.csv/reference": (.number, "what the reference came to in the round"),
    ]

    private static let columns: [String: (kind: Kind, meaning: String)] = texts.merging(figures) { first, _ in first }

    private static let texts: [String: (kind: Kind, meaning: String)] = [
        "run_id": (.string, "the run: its time, scenario and commit"),
        "scenario": (.string, "the name of the scenario"),
        "subject": (.string, "what was driven"),
        "strategy": (.string, "the combination of the matrix; empty without one"),
        "phase": (.string, "the phase; `all`, or empty in gates.csv, for the run as a whole"),
        "verdict": (.string, "what the subject, the gate or the comparison came to"),
        "phase_verdict": (.string, "what the phase came to; empty for a warm-up that kept its promises"),
        "memory_verdict": (.string, "LEAK, CLEAN or INCONCLUSIVE"),
        "ending": (.string, "how the phase ended: completed, history_full, disk_full, stopped or hung"),
        "partial": (.boolean, "whether the subject did not run to its end"),
        "warmup": (.boolean, "whether the phase is left out of latencies, ratios and gates"),
        "best": (.boolean, "whether the combination passed, surely with the fewest executions; empty without a matrix"),
        "discarded": (.boolean, "whether the sample is left out of the estimate"),
        "metric": (.string, "what was measured"),
        "statistic": (.string, "which statistic of a distribution, or `value`"),
        "unit": (.string, "the unit of the values in the row: ns, ratio, bytes, per_s or count"),
        "outcome": (.string, "how the calls were answered; `all` where that is not told apart"),
        "kind": (.string, "which time of a call, or which rule a violation broke"),
        "gate": (.string, "the metric of the gate"),
        "expression": (.string, "the gate as it was written"),
        "reason": (.string, "why the gate came to that"),
        "event": (.string, "violation or stall"),
        "calls": (.string, "the requests of the calls that contradict each other"),
        "explanation": (.string, "what is wrong, in a sentence"),
        "diagram": (.string, "the intervals, drawn to scale with characters"),
        "reference": (.string, "the arm that the others are held against"),
        "baseline": (.string, "the name of the baseline"),
        "arm": (.string, "the arm that is held against the reference"),
    ]

    private static let figures: [String: (kind: Kind, meaning: String)] = [
        "seed": (.integer, "what fixed everything random"),
        "duration_s": (.number, "how long the phase took"),
        "operations": (.integer, "calls that were made, returned or not"),
        "executions": (.integer, "executions that began"),
        "duplicates_offered": (.integer, "calls that could have been answered without executing"),
        "duplicates_prevented": (.integer, "of these, how many did not execute"),
        "prevented_ratio": (.number, "duplicates_prevented / duplicates_offered; 1 is what is promised"),
        "opportunities": (.integer, "calls that met a running execution or a fresh result of their key"),
        "violations": (.integer, "breaches of any rule in the phase"),
        "subject_violations": (.integer, "breaches of any rule in the whole history of the subject"),
        "violation_bound_ratio": (.number, "95 % upper bound of the chance that an opportunity ends in a violation"),
        "hit_ratio": (.number, "hits per returned call"),
        "joined_ratio": (.number, "joins per returned call"),
        "hit_ratio_ceiling": (.number, "hits and joins per returned call with a cache without bound"),
        "repeat_hit_ratio": (.number, "hits and joins per request for a key that had been requested before"),
        "repeat_hit_ratio_ceiling": (.number, "the same with a cache without bound"),
        "floor_p50_ns": (
            .number,
            "latency_p50_ns of the harness itself: of the subject noop in the same phase, if it was driven, or of one like it under "
                + "a little of the load"
        ),
        "floor_p99_ns": (.number, "latency_p99_ns of the same; empty for fewer than 1000 calls"),
        "repeat_hit_ratio_capacity_ceiling": (
            .number, "what no cache with as much room could have exceeded; empty where that is not known"
        ),
        "hits": (.integer, "calls answered from the cache"),
        "joins": (.integer, "calls that waited for a running execution"),
        "rejected": (.integer, "calls refused because an execution was running"),
        "stale": (.integer, "calls answered past the time to live, on purpose"),
        "failed": (.integer, "calls answered with an error"),
        "executed": (.integer, "calls whose own execution answered them"),
        "missed": (.integer, "calls that asked for what is cached, and nothing was"),
        "abandoned": (.integer, "calls that were cancelled, or whose deadline passed"),
        "offset_low_ns": (.integer, "from when on the herds came, counted from the event; negative: before it"),
        "offset_high_ns": (.integer, "until when they came"),
        "herds": (.integer, "how many herds came"),
        "herds_outside": (.integer, "herds of the phase that came earlier or later than was swept"),
        "herds_missed": (.integer, "rounds of the phase in which the event did not happen as planned"),
        "duplicate_executions": (.integer, "of the executions, those that nothing justified"),
        "lost": (.integer, "calls that never returned"),
        "throughput_per_s": (.number, "calls answered a second"),
        "latency_p50_ns": (.number, "what callers waited for hits, median"),
        "latency_p50_low_ns": (.number, "the lower end of its 95 % interval"),
        "latency_p50_high_ns": (.number, "the upper end of its 95 % interval"),
        "latency_p90_ns": (.number, "what callers waited for hits, 90 %"),
        "latency_p95_ns": (.number, "what callers waited for hits, 95 %"),
        "latency_p99_ns": (.number, "what callers waited for hits, 99 %"),
        "latency_p99_low_ns": (.number, "the lower end of its 95 % interval"),
        "latency_p99_high_ns": (.number, "the upper end of its 95 % interval"),
        "latency_p999_ns": (.number, "what callers waited for hits, 99.9 %"),
        "latency_max_ns": (.number, "the longest that a caller waited for a hit"),
        "latency_mean_ns": (.number, "what callers waited for hits, mean"),
        "hit_service_p50_ns": (.number, "from call to answer, hits, median"),
        "hit_service_p99_ns": (.number, "from call to answer, hits, 99 %"),
        "stalls": (.integer, "how often the machine did not run a thread for 10 ms or more"),
        "undisturbed_p50_ns": (.number, "what callers waited for hits that met no stall, median; empty without stalls"),
        "undisturbed_p99_ns": (.number, "what callers waited for hits that met no stall, 99 %; empty without stalls"),
        "joined_p99_ns": (.number, "what callers waited that joined, 99 %"),
        "executed_p50_ns": (.number, "what callers waited that executed, median"),
        "executed_p99_ns": (.number, "what callers waited that executed, 99 %"),
        "response_p99_ns": (.number, "from the intended start to the answer, 99 %; empty in a closed loop"),
        "wakeup_p99_ns": (.number, "from the end of the execution to the answer of a joiner, 99 %"),
        "lag_p99_ns": (.number, "how late requests were released, 99 %; empty in a closed loop"),
        "overlapping_calls": (.integer, "calls that overlapped a running execution that was not their own"),
        "concurrency_max": (.integer, "the most calls open at one time"),
        "concurrency_mean": (.number, "calls open at a time, on average"),
        "clients": (.integer, "the callers"),
        "workers": (.integer, "the queues or threads that drove them"),
        "backlogged": (.integer, "requests that found every client busy; empty in a closed loop"),
        "hiccup_max_ns": (.integer, "the longest that the machine did not run a thread that wanted to"),
        "processes_spawned": (.integer, "processes that executions started"),
        "processes_saved": (.integer, "processes that deduplication saved"),
        "allocated_end_bytes": (.integer, "bytes allocated at the end, above those before the subject was made"),
        "leak_bytes_per_op": (.number, "slope of the live bytes over the operations"),
        "leak_low_bytes_per_op": (
            .number, "the lower end of its interval: 95 % for all the times together that the phase may be judged"
        ),
        "leak_detectable_bytes_per_op": (.number, "the least slope that is found 95 times in 100"),
        "leak_high_bytes_per_op": (.number, "the upper end of that interval"),
        "value": (.number, "the value, in the unit of the row"),
        "ci_low": (.number, "the lower end of the 95 % interval; empty where there is none"),
        "ci_high": (.number, "the upper end of the 95 % interval; empty where there is none"),
        "n": (.integer, "how many observations it rests on"),
        "observed": (.number, "what was observed, in the unit of the row"),
        "limit": (.number, "the limit, in the unit of the row"),
        "t_offset_ms": (.number, "milliseconds from the start of the phase, in memory.csv from the first sample"),
        "bucket_low_ns": (.integer, "the shortest time that falls into the bucket"),
        "bucket_high_ns": (.integer, "the longest time that falls into the bucket"),
        "count": (.integer, "how many fell into it"),
        "sample": (.integer, "the number of the sample, from 0 on"),
        "allocated_bytes": (.integer, "allocated, thread caches included"),
        "tcache_bytes": (.integer, "freed memory that threads keep for themselves"),
        "live_bytes": (.integer, "what the program holds"),
        "active_bytes": (.integer, "pages with anything allocated on them"),
        "resident_bytes": (.integer, "pages of the allocator that are in memory"),
        "retained_bytes": (.integer, "address space kept for later"),
        "metadata_bytes": (.integer, "what the allocator needs for itself"),
        "live_entries": (.integer, "entries in the cache"),
        "key": (.integer, "the key; empty for a stall"),
        "baseline_runs": (.integer, "how many runs of the baseline have the figure"),
        "baseline_median": (.number, "the median of their figures, in the unit of the row"),
        "reference_median": (.number, "the median of the reference's rounds"),
        "arm_median": (.number, "the median of the arm's rounds"),
        "worse_ratio": (.number, "how many times worse the arm is within a round"),
        "threshold_ratio": (.number, "how many times worse it has to be to matter"),
        "rounds": (.integer, "how many rounds there were"),
        "best_arm": (
            .string,
            "the arm that is surely the best of all in the metric and phase; empty where none is, and of bundles"
        ),
        "round": (.integer, "the number of the round, from 1 on"),
        "reference_again": (.number, "what its second run came to in the round"),
        "arm_value": (.number, "what the arm came to in the round"),
    ]
}
