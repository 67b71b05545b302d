internal import Yams

/// Turns YAML text into a tree, or into an error that says where it is not YAML.
enum ScenarioYAML {
    /// References to anchors that a file may hold. Each can double what the file unfolds to.
    private static let aliasLimit = 16

    static func root(of yaml: String, file: String) throws(ScenarioError) -> Node {
        guard yaml.utf8.count <= ScenarioLoader.sizeLimit else {
            let reason = "larger than \(ScenarioLoader.sizeLimit) bytes; is this a scenario?"
            throw ScenarioLoader.failure(.notAScenario, file, reason)
        }
        try refuseBombs(yaml, file)
        // Some programs write a byte order mark, which no editor shows and libYAML complains of.
        let yaml = yaml.unicodeScalars.first == "\u{FEFF}" ? String(yaml.unicodeScalars.dropFirst()) : yaml
        let node: Node?
        do {
            node = try Parser(yaml: yaml, resolver: .basic, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw failure(error, file)
        } catch {
            throw ScenarioLoader.failure(.syntax, file, "\(error)")
        }
        guard let node else {
            throw ScenarioLoader.failure(.notAScenario, file, "the file is empty; Fixtures/scenarios has examples")
        }
        return node
    }

    /// Counts what looks like a reference (`*name` where a value may begin), before anything unfolds.
    private static func refuseBombs(_ yaml: String, _ file: String) throws(ScenarioError) {
        var count = 0
        var previous = UInt8(ascii: " ")
        var line = 1
        for byte in yaml.utf8 {
            if previous == UInt8(ascii: "*"), isNameByte(byte) { count += 1 }
            if byte == UInt8(ascii: "\n") { line += 1 }
            previous = byte
            guard count <= aliasLimit else {
                let reason = "more than \(aliasLimit) references (`*name`); write the values out"
                throw ScenarioLoader.failure(.notAScenario, file, reason, line: line)
            }
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte > UInt8(ascii: " ") && byte != UInt8(ascii: "*")
    }

    private static func failure(_ error: YamlError, _ file: String) -> ScenarioError {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            // libYAML names tabs only as characters that cannot start a token, which does not help the author.
            let isTab = problem.contains("cannot start any token")
            let hint = isTab ? "; indent with blanks, not with tabs" : ""
            let reason = [context?.text, problem].compactMap(\.self).joined(separator: " ")
            return ScenarioLoader.failure(
                .syntax, file, "not YAML: \(reason)\(hint)", line: mark.line, column: mark.column)
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "`\($0)`" }.joined(separator: ", ")
            return ScenarioLoader.failure(
                .duplicateKey, file, "\(names) appears more than once in one section (first here)",
                line: context.mark.line, column: context.mark.column)
        case .reader(let problem, let offset, _, let yaml):
            let line = offset.map { yaml.prefix($0).count { $0.isNewline } + 1 }
            return ScenarioLoader.failure(.syntax, file, "not YAML: \(problem)", line: line)
        default:
            return ScenarioLoader.failure(.syntax, file, "not YAML: \(error)")
        }
    }
}

extension Scenario {
    /// The scenario as YAML with every default written out: what `scenario.resolved.yaml` holds. It loads back to an
    /// equal scenario.
    package var resolvedYAML: String {
        get throws {
            let body = try Yams.serialize(
                node: ScenarioFormat.scenario.type.write(self), indent: 2, width: -1, allowUnicode: true,
                sequenceStyle: .block, mappingStyle: .block)
            return "# Every field of the scenario as it was run, defaults included.\n" + body
        }
    }
}
