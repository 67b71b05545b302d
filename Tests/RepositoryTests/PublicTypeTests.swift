import Testing

/// What a public type must be, so that a later version can add to it and the library knows its own.
@Suite struct PublicTypeTests {
    private struct PublicType {
        let path: String
        let keyword: String
        let name: String
        let inherits: String
        /// The text of the file, where the rest of the type stands.
        let text: String
    }

    private static func publicTypes() throws -> [PublicType] {
        try Repository.files(under: "Sources", endingIn: [".swift"]).flatMap { file in
            file.text.matches(of: /public (struct|enum|final class) (\w+)(?:<[^>]*>)?(?:: ([^{]*))? \{/).map { match in
                PublicType(
                    path: file.path, keyword: String(match.1), name: String(match.2), inherits: String(match.3 ?? ""),
                    text: file.text)
            }
        }
    }

    /// A `switch` over an enum ends to compile when a case is added.
    @Test func codesAndKindsCanGrow() throws {
        let growing = try Self.publicTypes().filter { ["Code", "Kind"].contains($0.name) }
        #expect(growing.count >= 8)
        for type in growing { #expect(type.keyword == "struct", "\(type.path): \(type.name) is an \(type.keyword)") }
    }

    /// An error that does not say that it is one of the library's would be cached as a failure of the step.
    @Test func publicErrorsSayThatTheyAreTheLibrarys() throws {
        // A double that fails in the place of a store or of the work fails as that would; a verifier throws nothing.
        let doubles = ["Code", "Fault", "DuplicateWorkFailed"]
        let errors = try Self.publicTypes().filter {
            !doubles.contains($0.name) && $0.inherits.contains(/\bError\b/)
        }
        #expect(errors.count >= 10)
        for type in errors {
            let conforms = type.text.contains("extension \(type.name): LibraryError {}")
            #expect(conforms, "\(type.path): \(type.name) is no LibraryError")
        }
    }

    /// Only a deduplicator tells what it does.
    @Test func eventsCannotBePublishedFromOutside() throws {
        let files = try Repository.files(under: "Sources/Dedup/Events", endingIn: [".swift"])
        let events = try #require(files.first { $0.path.hasSuffix("/ExecutionEvents.swift") })
        let members = events.text.matches(of: /(?m)^    public (?:func|var|let|init) ?(\w+)/).map { String($0.1) }
        let allowed = ["subscriberCount", "droppedEvents", "subscribe", "droppedEvents", "cancel", "makeAsyncIterator"]
        #expect(members == allowed)
        for file in files { #expect(!file.text.contains(/public[^\n]*(?:publish|EventBus)/), "\(file.path)") }
    }
}
