internal import Foundation

/// Reads the text files in which Linux describes itself.
enum SystemFile {
    /// The first line of a file; nil when it cannot be read or is empty.
    static func line(_ path: String) -> String? {
        text(path)?.split(separator: "\n").first.map(String.init)
    }

    /// The value of `name` in a file of `name : value` or `name=value` lines, without quotes.
    static func value(of name: String, in path: String) -> String? {
        for line in text(path)?.split(separator: "\n") ?? [] {
            guard let separator = line.firstIndex(where: { $0 == ":" || $0 == "=" }) else { continue }
            guard line[..<separator].trimmingCharacters(in: .whitespaces) == name else { continue }
            let unwanted = CharacterSet.whitespaces.union(CharacterSet(charactersIn: "\""))
            return line[line.index(after: separator)...].trimmingCharacters(in: unwanted)
        }
        return nil
    }

    /// The number beside `name` in a text of lines that each have a name and a number.
    static func count(of name: String, in text: String) -> Int? {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == name { return Int(words[1]) }
        }
        return nil
    }

    /// Kernel name, release and machine.
    static var kernel: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "unknown" }
        return [text(of: name.sysname), text(of: name.release), text(of: name.machine)].joined(separator: " ")
    }

    /// The load averages of 1, 5 and 15 minutes; empty when unknown.
    static var loadAverage: [Double] {
        line("/proc/loadavg")?.split(separator: " ").prefix(3).compactMap { Double($0) } ?? []
    }

    /// Whether the files that container engines leave behind are there.
    static var isContainer: Bool {
        let marks = ["/.dockerenv", "/run/.containerenv"]
        if marks.contains(where: FileManager.default.fileExists(atPath:)) { return true }
        let group = text("/proc/1/cgroup") ?? ""
        return ["docker", "kubepods", "containerd", "lxc"].contains { group.contains($0) }
    }

    /// The whole text of a file; nil when it cannot be read.
    static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func text<Characters>(of characters: Characters) -> String {
        withUnsafeBytes(of: characters) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
