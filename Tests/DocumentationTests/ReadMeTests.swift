import Foundation
import Testing

/// The README's first example is a program, and prints what the README says that it prints.
@Suite struct ReadMeTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func theExamplePrintsTheOutputOfTheReadme() throws {
        let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
        let promised = try #require(readme.firstMatch(of: /```\n\n```\n((?s).*?)```/)).output.1
        let program = Process()
        program.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "readme")
        let pipe = Pipe()
        program.standardOutput = pipe
        try program.run()
        let printed = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        program.waitUntilExit()
        #expect(program.terminationStatus == 0)
        // How old the result is when it is hit is up to the machine.
        let age = /age: [0-9.e-]+ seconds/
        #expect(printed.contains(age))
        #expect(printed.replacing(age, with: "age") == promised.replacing(age, with: "age"))
    }
}
