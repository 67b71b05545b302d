/// Text for a terminal: how wide it is, and what of it may be shown.
package enum TerminalText {
    /// The text without what would move the cursor, change colours or hide other text: escape sequences, control
    /// characters and bidirectional overrides. Line ends and tabs become a blank.
    package static func sanitised(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var scalars = Substring(text).unicodeScalars
        while let scalar = scalars.popFirst() {
            switch scalar.value {
            case 0x1B: dropEscapeSequence(&scalars)
            case 0x9B: dropControlSequence(&scalars)
            case 0x09, 0x0A, 0x0D: result.append(" ")
            case 0x00...0x1F, 0x7F...0x9F: continue
            case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: continue
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// Text of several lines, each of them sanitised.
    package static func sanitisedLines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { sanitised(String($0)) }
            .joined(separator: "\n")
    }

    /// How many columns the text takes: two for wide East Asian characters and emoji, none for combining marks.
    package static func width(_ text: String) -> Int {
        text.reduce(0) { $0 + width($1) }
    }

    /// The text cut to `limit` columns, with an ellipsis where something is missing.
    package static func truncated(_ text: String, to limit: Int) -> String {
        guard width(text) > limit else { return text }
        var result = ""
        var columns = 0
        for character in text {
            let next = width(character)
            guard columns + next < limit else { break }
            result.append(character)
            columns += next
        }
        return result + "…"
    }

    /// The text in lines of at most `limit` columns, broken at blanks, and within a word that is longer than that.
    package static func wrapped(_ text: String, to limit: Int) -> [String] {
        var (lines, line, columns) = ([String](), "", 0)
        for word in text.split(separator: " ") {
            var rest = word
            let needed = width(String(word)) + (line.isEmpty ? 0 : 1)
            if columns + needed > limit, !line.isEmpty {
                lines.append(line)
                (line, columns) = ("", 0)
            } else if !line.isEmpty {
                (line, columns) = (line + " ", columns + 1)
            }
            while let character = rest.popFirst() {
                if columns + width(character) > limit, !line.isEmpty {
                    lines.append(line)
                    (line, columns) = ("", 0)
                }
                line.append(character)
                columns += width(character)
            }
        }
        return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }

    /// The text with blanks up to `columns`.
    package static func padded(_ text: String, to columns: Int, alignRight: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, columns - width(text)))
        return alignRight ? blanks + text : text + blanks
    }

    private static func width(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.properties.generalCategory == .nonspacingMark || first.value == 0x200B { return 0 }
        if character.unicodeScalars.contains("\u{FE0F}") || first.properties.isEmojiPresentation { return 2 }
        return isWide(first.value) ? 2 : 1
    }

    /// The wide and full-width blocks of Unicode's East Asian Width (UAX #11).
    private static func isWide(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1B000...0x1B2FF, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }

    private static func dropEscapeSequence(_ scalars: inout Substring.UnicodeScalarView) {
        guard let kind = scalars.popFirst() else { return }
        switch kind {
        case "[": dropControlSequence(&scalars)
        case "]", "P", "X", "^", "_": dropString(&scalars)
        default:
            // Two or more characters: any intermediates, then the final one, which may have been `kind`.
            var last = kind
            while (0x20...0x2F).contains(last.value), let next = scalars.popFirst() { last = next }
        }
    }

    /// Up to and including the final character of `ESC [ ...`.
    private static func dropControlSequence(_ scalars: inout Substring.UnicodeScalarView) {
        while let scalar = scalars.popFirst(), !(0x40...0x7E).contains(scalar.value) {}
    }

    /// Up to the bell or the string terminator that ends a title or a link.
    private static func dropString(_ scalars: inout Substring.UnicodeScalarView) {
        while let scalar = scalars.popFirst() {
            if scalar.value == 0x07 || scalar.value == 0x9C { return }
            if scalar.value == 0x1B {
                if scalars.first == "\\" { scalars.removeFirst() }
                return
            }
        }
    }
}
