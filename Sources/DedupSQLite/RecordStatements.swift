#if SQLite
internal import Dedup
internal import Foundation
internal import GRDB

/// The SQL statements of the store. Values are bound and never part of the text.
///
/// Step names are written and read as bytes, because they may contain a zero byte, at which a C string ends.
enum RecordStatements {
    /// Adds one change and stores its number. Sums saturate: at most the difference to the highest number is added.
    static let save = """
        INSERT INTO execution_record (
            step, fingerprint, executions, hits, joins, failures,
            first_execution_ns, last_execution_ns, total_ns, minimum_ns, maximum_ns, changed)
        VALUES (CAST(? AS TEXT), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (step, fingerprint) DO UPDATE SET
            \(sum("executions")), \(sum("hits")), \(sum("joins")), \(sum("failures")),
            \(extreme("first_execution_ns", "min")), \(extreme("last_execution_ns", "max")),
            total_ns = coalesce(
                total_ns + min(excluded.total_ns, 9223372036854775807 - total_ns), total_ns, excluded.total_ns),
            \(extreme("minimum_ns", "min")), \(extreme("maximum_ns", "max")), changed = excluded.changed
        """

    /// Numbers the next changes; the highest number is the result.
    static let numberChanges = "UPDATE record_totals SET changes = changes + ? RETURNING changes"

    static let count = "SELECT records FROM record_totals"

    /// Forgets the records that were changed longest ago.
    static let forget = """
        DELETE FROM execution_record WHERE (step, fingerprint) IN (
            SELECT step, fingerprint FROM execution_record ORDER BY changed, step, fingerprint LIMIT ?)
        """

    /// The next outdated records behind a key.
    static let outdated = """
        SELECT CAST(step AS BLOB), fingerprint FROM execution_record
        WHERE (step, fingerprint) > (CAST(? AS TEXT), ?) AND \(isOutdated)
        ORDER BY step, fingerprint LIMIT ?
        """

    /// Deletes a record if it is still outdated.
    static let prune = """
        DELETE FROM execution_record WHERE step = CAST(? AS TEXT) AND fingerprint = ? AND \(isOutdated)
        """

    private static let isOutdated = "coalesce(last_execution_ns < ?, TRUE)"

    static let find = "SELECT \(columns) FROM execution_record WHERE step = CAST(? AS TEXT) AND fingerprint = ?"

    static let statistics = "SELECT \(sums) FROM execution_record GROUP BY step"

    static let statisticsOfStep = "SELECT \(sums) FROM execution_record WHERE step = CAST(? AS TEXT) GROUP BY step"

    static let duplicates = """
        SELECT \(columns) FROM execution_record WHERE offered > ?
        ORDER BY offered DESC, step, fingerprint LIMIT ?
        """

    private static let columns = """
        CAST(step AS BLOB), fingerprint, executions, hits, joins, failures,
        first_execution_ns, last_execution_ns, total_ns, minimum_ns, maximum_ns
        """

    /// SQLite's sum fails when it overflows, so the halves are added up separately and put together in Swift.
    private static let sums = """
        CAST(step AS BLOB), count(*), \(halves("executions")), \(halves("hits")), \(halves("joins")),
        \(halves("failures")), min(first_execution_ns), max(last_execution_ns), \(halves("total_ns")),
        min(minimum_ns), max(maximum_ns)
        """

    private static func halves(_ column: String) -> String {
        "sum(\(column) >> 32), sum(\(column) & 4294967295)"
    }

    private static func sum(_ column: String) -> String {
        "\(column) = \(column) + min(excluded.\(column), 9223372036854775807 - \(column))"
    }

    /// The lower or higher of two values, or the one that is not null: SQLite's `min(a, b)` is null if either is.
    private static func extreme(_ column: String, _ function: String) -> String {
        "\(column) = coalesce(\(function)(\(column), excluded.\(column)), \(column), excluded.\(column))"
    }
}

// MARK: - Values in

extension ExecutionRecord.ID {
    /// The values that the statements bind for step and fingerprint.
    var arguments: StatementArguments {
        [Data(step.utf8), Data(fingerprint.bytes)]
    }
}

extension ExecutionRecord {
    /// The values that the save statement binds for the change with this number.
    func arguments(number: Int64) -> StatementArguments {
        let tally = tally
        return id.arguments + [
            tally.executions, tally.hits, tally.joins, tally.failures,
            tally.firstExecution?.nanosecondsSinceEpoch, tally.lastExecution?.nanosecondsSinceEpoch,
            tally.totalNanoseconds, tally.minimumNanoseconds, tally.maximumNanoseconds, number,
        ]
    }
}

// MARK: - Values out

extension ExecutionRecord {
    /// Reads a row of all columns.
    init(_ row: Row) throws {
        guard let fingerprint = Fingerprint(bytes: row[1] as Data) else {
            throw DamagedRecord(problem: "a fingerprint does not have 32 bytes")
        }
        self.init(
            step: row.step, fingerprint: fingerprint,
            tally: ExecutionTally(
                executions: row[2], hits: row[3], joins: row[4], failures: row[5],
                firstExecution: row.time(6), lastExecution: row.time(7),
                totalDuration: row.duration(8), minimumDuration: row.duration(9), maximumDuration: row.duration(10)))
    }
}

extension StepRecordStatistics {
    /// Reads a row of sums.
    init(_ row: Row) {
        self.init(
            step: row.step, fingerprints: row[1],
            tally: ExecutionTally(
                executions: row.sum(2) ?? 0, hits: row.sum(4) ?? 0, joins: row.sum(6) ?? 0, failures: row.sum(8) ?? 0,
                firstExecution: row.time(10), lastExecution: row.time(11),
                totalDuration: row.sum(12).map { .nanoseconds($0) },
                minimumDuration: row.duration(14), maximumDuration: row.duration(15)))
    }
}

extension Row {
    fileprivate var step: String { String(decoding: self[0] as Data, as: UTF8.self) }

    fileprivate func time(_ index: Int) -> WallTime? {
        (self[index] as Int64?).map(WallTime.init(nanosecondsSinceEpoch:))
    }

    fileprivate func duration(_ index: Int) -> Duration? {
        (self[index] as Int64?).map { .nanoseconds($0) }
    }

    /// The sum whose halves are at `index` and behind it, at most the highest number; `nil` if there was nothing to add.
    fileprivate func sum(_ index: Int) -> Int? {
        guard let high = self[index] as Int64?, let low = self[index + 1] as Int64? else { return nil }
        let (shifted, overflow) = high.multipliedReportingOverflow(by: 1 << 32)
        return overflow ? .max : Int(shifted.addingSaturating(low))
    }
}
#endif
