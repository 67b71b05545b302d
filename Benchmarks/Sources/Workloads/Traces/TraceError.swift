/// Why a trace cannot be read: which file, where in it, what is wrong and what to do about it.
package struct TraceError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case unreadable(String)
        case empty
        case missingColumn(known: [String])
        /// The header names it more than once.
        case columnTwice
        /// The header names two columns for the time.
        case timesTwice
        /// A phase is to be sent at the recorded times, and the trace has none.
        case noTimes(phase: String)
        /// A phase asks for the sizes that the trace has recorded, and it has none.
        case noSizes(phase: String)
        case columnCount(expected: Int, found: Int)
        case openQuote
        case textAfterQuote
        case notANumber(String)
        case tooLarge(String)
        case timeGoesBack
        case emptyKey
        case lineTooLong(limit: Int)
        case notUTF8
        case damagedCompression(String)
        case truncatedCompression
        case expandsTooMuch(limit: Int)
        case tooManyKeys(limit: Int)
    }

    package var file: String
    /// The line, from 1 on; nil if the trouble is not in a line.
    package var line: Int?
    /// The name of the column, if it is one that is wrong.
    package var field: String?
    package var reason: Reason

    init(file: String, line: Int? = nil, field: String? = nil, reason: Reason) {
        self.file = file
        self.line = line
        self.field = field
        self.reason = reason
    }

    package var description: String {
        let place = [file, line.map(String.init), field].compactMap(\.self).joined(separator: ":")
        return "\(place): \(explanation)"
    }

    private var explanation: String {
        switch reason {
        case .unreadable(let cause): "cannot be read: \(cause)"
        case .empty: "holds no request; a header line and at least one more are needed"
        case .missingColumn(let known):
            "no such column in the header, which names \(known.joined(separator: ", ")); "
                + "needed: key; of time_ns, time_us, time_ms and time_s one, and size, may be there"
        case .columnTwice: "the header names this column twice; leave one out, or give it another name"
        case .timesTwice: "the header names another time, too; leave one of them out"
        case .noTimes(let phase):
            "no such column in the header, and phase `\(phase)` is sent at the recorded times; add the column, or one of "
                + "time_us, time_ms and time_s, or send it with `speed: max`"
        case .noSizes(let phase):
            "no such column in the header, and phase `\(phase)` asks for it with `value_size: recorded`; add the column, or "
                + "give the size"
        case .columnCount(let expected, let found): "the header names \(expected) columns, this line has \(found)"
        case .openQuote:
            "a quote is opened and not closed in this line; close it, or double a quote that is part of a field"
        case .textAfterQuote: "text follows a closing quote; double a quote that is part of a field"
        case .notANumber(let text):
            "`\(text)` is not a number; write digits only, in a time also a point and digits down to nanoseconds"
        case .tooLarge(let text): "`\(text)` is too large"
        case .timeGoesBack: "the time is before that of the line above; sort the trace by time"
        case .emptyKey: "the key is empty"
        case .lineTooLong(let limit): "the line has more than \(limit) bytes; is this a text file?"
        case .notUTF8:
            "this is not UTF-8; convert the file, or is it compressed with something other than zstd or gzip?"
        case .damagedCompression(let cause): "the compressed data is damaged (\(cause)); copy or record the file again"
        case .truncatedCompression: "the compressed data ends too early; copy or record the file again"
        case .expandsTooMuch(let limit): "expands to more than \(limit) bytes, the limit; decompress it and cut it down"
        case .tooManyKeys(let limit): "has more than \(limit) different keys, the limit"
        }
    }
}
