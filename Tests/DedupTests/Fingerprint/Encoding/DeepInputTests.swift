import Dedup
import Foundation
import Testing

/// Typed inputs encode and decode themselves by nested calls, so their depth has a limit that fits every stack.
@Suite struct DeepInputTests {
    final class Chain: Codable, Sendable {
        let next: Chain?

        init(_ next: Chain?) { self.next = next }

        static func of(_ count: Int) -> Chain { (1..<count).reduce(Chain(nil)) { chain, _ in Chain(chain) } }

        static func context(_ count: Int) -> JSONValue { (1..<count).reduce([:]) { context, _ in ["next": context] } }
    }

    struct Tree: Codable, Sendable {
        var children: [Tree] = []

        static func of(_ height: Int) -> Tree { (1..<height).reduce(Tree()) { tree, _ in Tree(children: [tree]) } }

        static func context(_ height: Int) -> JSONValue {
            (1..<height).reduce(["children": []]) { context, _ in ["children": [context]] }
        }
    }

    private static let limit = FingerprintLimits.maximumTypedDepth

    @Test func inputsWithinTheLimitWorkOnASmallStack() async {
        await #expect(processExitsWith: .success) {
            SmallStack.exitingRun {
                let registry = StepRegistry()
                let (chain, tree) = (Step("chain") { (_: Chain) in 1 }, Step("tree") { (_: Tree) in 1 })
                try registry.register(chain)
                try registry.register(tree)
                let typed = [
                    try registry.fingerprint(of: chain, .of(Self.limit)),
                    try registry.fingerprint(of: tree, .of(Self.limit / 2)),
                ]
                return try typed == [
                    registry.fingerprint(of: "chain", context: Chain.context(Self.limit)),
                    registry.fingerprint(of: "tree", context: Tree.context(Self.limit / 2)),
                ]
            }
        }
    }

    @Test func oneLevelMoreIsTooDeep() throws {
        let registry = StepRegistry()
        try registry.register(Step("chain") { (_: Chain) in 1 })
        let encoding = #expect(throws: FingerprintError.self) {
            try CanonicalEncoder().encode(Chain.of(Self.limit + 1))
        }
        #expect(encoding?.code == .tooDeep)
        let decoding = #expect(throws: FingerprintError.self) {
            try registry.fingerprint(of: "chain", context: Chain.context(Self.limit + 1))
        }
        #expect(decoding?.code == .tooDeep)
        #expect(decoding?.path == "$" + String(repeating: ".next", count: Self.limit))
        #expect(decoding?.description.contains("\(Self.limit)") == true)
    }

    @Test func alsoASmallerLimitHolds() throws {
        let limits = try FingerprintLimits(maximumDepth: 3)
        #expect(throws: Never.self) { try CanonicalEncoder(limits: limits).encode(Chain.of(3)) }
        let error = #expect(throws: FingerprintError.self) { try CanonicalEncoder(limits: limits).encode(Chain.of(4)) }
        #expect(error?.path == "$.next.next.next")
    }

    /// JSON inside a typed input needs no nested calls, so it may be as deep as any JSON.
    @Test func jsonInATypedInputMayBeDeeper() throws {
        struct Wrapper: Codable, Sendable { var json: JSONValue }
        let registry = StepRegistry()
        let step = Step("wrapper") { (_: Wrapper) in 1 }
        try registry.register(step)
        let json = DeepValueTests.Shape.both.nested(500)
        #expect(
            try registry.fingerprint(of: "wrapper", context: ["json": json])
                == registry.fingerprint(of: step, Wrapper(json: json)))
    }

    struct Opener: Encodable {
        let depth: Int

        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            for _ in 0..<depth { container = container.nestedUnkeyedContainer() }
        }
    }

    @Test func nestedContainersOfAnyDepthAreReleased() async throws {
        #expect(try CanonicalEncoder().encode(Opener(depth: 2)) == [[[]]])
        await #expect(processExitsWith: .success) {
            SmallStack.exitingRun {
                do throws(FingerprintError) {
                    _ = try CanonicalEncoder().encode(Opener(depth: 50_000))
                    return false
                } catch {
                    return error.code == .tooDeep
                }
            }
        }
    }

    @Test func otherEncodersAndDecodersTakeJSONUpToTheLimit() async {
        await #expect(processExitsWith: .success) {
            SmallStack.exitingRun {
                for shape in DeepValueTests.Shape.allCases {
                    let value = shape.nested(Self.limit - 1, around: [1])
                    let text = try JSONEncoder().encode(value)
                    guard try JSONDecoder().decode(JSONValue.self, from: text) == value else { return false }
                    do {
                        _ = try JSONEncoder().encode(shape.nested(50_000))
                        return false
                    } catch is EncodingError {}
                    do {
                        let deeper = try CanonicalJSON.bytes(of: [value])
                        _ = try JSONDecoder().decode(JSONValue.self, from: Data(deeper))
                        return false
                    } catch is DecodingError {}
                }
                return true
            }
        }
    }
}
