import CSVReading
import DedupTesting
import Reporting
import Testing

@Suite struct CSVTests {
    private func written(_ cell: CSVCell) throws -> String {
        var table = CSVTable(columns: ["a", "b"])
        table.append([cell, .integer(1)])
        return try CSVReader.read(table.text)[1][0]
    }

    @Test(arguments: [
        "plain", "", "a,b", "say \"hi\"", "\"", "\"\"", "two\nlines", "a\r\nb", "a\rb", " outer ", "ümläut 漢字 🙂",
        "\"\u{301}accented quote", "\u{1B}[31mred", "null", "NaN", "a\tb",
    ])
    func textComesBackAsItWas(_ text: String) throws {
        #expect(try written(.text(text)).unicodeScalars.elementsEqual(text.unicodeScalars))
    }

    @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "=cmd|' /C calc'!A0", "-1,\"x\""])
    func textThatLooksLikeAFormulaIsNeutralised(_ text: String) throws {
        #expect(try written(.text(text)).unicodeScalars.elementsEqual(("'" + text).unicodeScalars))
    }

    @Test(arguments: ["-3.5986B is < 0.5B", "+1", "a,b", "-1,\"x\""])
    func writtenTablesReadBackUnchanged(_ text: String) throws {
        #expect(try written(.sentence(text)) == text)
    }

    @Test(arguments: [
        (CSVCell.number(-0.25), "-0.25"), (.number(3), "3"), (.number(-3), "-3"), (.number(0.1), "0.1"),
        (.number(1e300), "1e+300"), (.integer(-7), "-7"), (.unsigned(.max), "18446744073709551615"),
        (.number(.nan), ""), (.number(.infinity), ""), (.number(-.infinity), ""), (.missing, ""),
        (CSVCell(Double?.none), ""), (CSVCell(Int?.none), ""), (CSVCell(UInt64?.none), ""), (CSVCell(String?.none), ""),
    ])
    func numbersStayNumbersAndMissingValuesAreEmpty(_ cell: CSVCell, _ expected: String) throws {
        #expect(try written(cell) == expected)
    }

    @Test func doublesReadBackExactly() throws {
        var generator = SplitMix64(seed: 17)
        for _ in 0..<1_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            let text = try written(.number(value))
            #expect(Double(text) == value, "\(value) was written as \(text)")
        }
    }

    @Test func aTableHasAHeaderAndLineEndsAndNothingElse() {
        var table = CSVTable(columns: ["run_id", "value_ns"])
        #expect(table.text == "run_id,value_ns\n")
        table.append(["r", .missing])
        #expect(table.text == "run_id,value_ns\nr,\n")
    }

    @Test func aLoneMissingCellIsNoEmptyLine() throws {
        var table = CSVTable(columns: ["only"])
        table.append([.missing])
        #expect(try CSVReader.read(table.text) == [["only"], [""]])
        #expect(!table.text.contains("\n\n"))
    }

    @Test func randomTablesReadBack() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SplitMix64(seed: seed)
        let alphabet: [Unicode.Scalar] = ["a", ",", "\"", "\n", "\r", " ", "ß", "😀", "\u{301}", "'", ";"]
        for _ in 0..<300 {
            let texts = (0..<3).map { _ in
                var view = String.UnicodeScalarView("x".unicodeScalars)
                for _ in 0..<Int.random(in: 0...6, using: &generator) {
                    view.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
                }
                return String(view)
            }
            var table = CSVTable(columns: ["a", "b", "c"])
            table.append(texts.map(CSVCell.text))
            let read = try CSVReader.read(table.text)[1]
            let same = zip(read, texts).allSatisfy { $0.unicodeScalars.elementsEqual($1.unicodeScalars) }
            #expect(same, "seed \(seed): \(texts)")
        }
    }
}
