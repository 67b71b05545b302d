/// Reads the words of a gate one after the other and knows the column of each.
struct GateScanner {
    private let text: String
    private let characters: [Character]
    private var position = 0

    init(_ text: String) {
        self.text = text
        characters = Array(text)
    }

    mutating func metric() throws(GateSyntaxError) -> (name: String, column: Int) {
        skipSpaces()
        let start = position
        let name = take { $0.isLetter || $0.isNumber || $0 == "." || $0 == "_" }
        guard !name.isEmpty else {
            throw error(at: start, "no metric", "begin with the name of one, as in hit.latency.p99 < 50ms")
        }
        return (name, start + 1)
    }

    mutating func comparison() throws(GateSyntaxError) -> GateOperator {
        skipSpaces()
        let start = position
        let written = take { "<>=!".contains($0) }
        guard let comparison = GateOperator(rawValue: written) else {
            let problem = written.isEmpty ? "no operator after the metric" : "unknown operator \(written)"
            throw error(at: start, problem, "write one of < <= > >= == !=")
        }
        return comparison
    }

    mutating func number() throws(GateSyntaxError) -> Double {
        skipSpaces()
        let start = position
        let written = take { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-" || $0 == "+") }
        guard let number = Double(written), number.isFinite else {
            let problem = written.isEmpty ? "no number after the operator" : "\(written) is not a number"
            throw error(at: start, problem, "write a decimal number, as in 0.5B or 50ms")
        }
        return number
    }

    mutating func unit(of metric: Metric) throws(GateSyntaxError) -> (name: String, scale: Double) {
        skipSpaces()
        let start = position
        let written = take { !$0.isWhitespace }
        let dimension = metric.definition.dimension
        let units = dimension.units
        guard let unit = units.first(where: { $0.name == written }) else {
            let problem =
                written.isEmpty
                ? "no unit after the number" : "\(written) is not a unit of \(metric.name), a \(dimension)"
            throw error(at: start, problem, "write one of \(units.map(\.name).joined(separator: " "))")
        }
        return unit
    }

    /// The phase after `in`; nil when there is no `in`.
    mutating func phase() throws(GateSyntaxError) -> String? {
        guard takes("in") else { return nil }
        skipSpaces()
        let name = take { !$0.isWhitespace }
        guard !name.isEmpty else {
            throw error(at: position, "no phase after in", "name one, as in hit.latency.p99 < 50ms in storm")
        }
        return name
    }

    /// Whether `if any` follows.
    mutating func ifAny() throws(GateSyntaxError) -> Bool {
        guard takes("if") else { return false }
        skipSpaces()
        let condition = position
        guard takes("any") else {
            throw error(at: condition, "no condition after if", "write if any, or leave it out")
        }
        skipSpaces()
        let end = position
        guard !takes("in") else {
            throw error(
                at: end, "in after if any", "name the phase first, as in joined.wakeup.max < 2s in storm if any")
        }
        return true
    }

    mutating func end() throws(GateSyntaxError) {
        skipSpaces()
        guard position == characters.count else {
            throw error(at: position, "more text after the gate", "give every gate an argument of its own")
        }
    }

    func unknownMetric(_ name: String, at column: Int) -> GateSyntaxError {
        error(at: column - 1, "unknown metric \(name)", Metric.remedy(for: name))
    }

    private func error(at position: Int, _ problem: String, _ remedy: String) -> GateSyntaxError {
        GateSyntaxError(expression: text, column: position + 1, problem: problem, remedy: remedy)
    }

    /// Takes the next word if it is this one.
    private mutating func takes(_ word: String) -> Bool {
        skipSpaces()
        let start = position
        if take(while: { !$0.isWhitespace }) == word { return true }
        position = start
        return false
    }

    private mutating func skipSpaces() {
        _ = take(while: \.isWhitespace)
    }

    private mutating func take(while condition: (Character) -> Bool) -> String {
        let start = position
        while position < characters.count, condition(characters[position]) { position += 1 }
        return String(characters[start..<position])
    }
}
