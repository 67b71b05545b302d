import Dedup
import Testing

/// Fingerprints of our canonical form against those that an independent program computed.
@Suite struct GoldenFingerprintTests {
    @Test(arguments: try GoldenFiles.fingerprints().cases)
    func fingerprintsAreThoseOfTheIndependentImplementation(_ golden: GoldenFiles.Fingerprints.Case) throws {
        let key = try #require(Fingerprint(hexadecimal: try GoldenFiles.fingerprints().secret_key_hex)).bytes
        let fingerprinter = Fingerprinter(namespace: golden.namespace, secretKey: try .symmetric(key))
        let rules = try FieldRules(
            names: golden.names.compactMapValues(FieldRule.init(rawValue:)),
            paths: golden.paths.compactMapValues(FieldRule.init(rawValue:)))
        let fingerprint = try fingerprinter.fingerprint(
            step: golden.step, version: golden.version, scope: golden.scope, rules: rules,
            context: JSONValue(parsing: golden.context))
        #expect(fingerprint.hexadecimal == golden.fingerprint)
    }

    @Test func noTwoGoldenCasesShareAFingerprint() throws {
        let fingerprints = try GoldenFiles.fingerprints().cases.map(\.fingerprint)
        #expect(fingerprints.count >= 30)
        #expect(Set(fingerprints).count == fingerprints.count)
    }
}
