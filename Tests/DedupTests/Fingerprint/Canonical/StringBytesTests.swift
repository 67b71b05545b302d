import Dedup
import Testing

/// The bytes of a string are the same whether they are read from its memory or one by one.
@Suite struct StringBytesTests {
    static let texts =
        (0...40).map { String("abcdefghijklmnopqrstuvwxyz0123456789ABCDEF".prefix($0)) } + [
            "\u{e9}", "a\u{0}b", "quote\"", "\u{1F600}\u{1F600}\u{1F600}\u{1F600}\u{1F600}", "fifteen bytes..",
            "sixteen bytes...",
        ]

    @Test(arguments: texts)
    func aStringWithoutAnAddressHasTheSameEnds(text: String) {
        let (near, scattered) = (StringBytes(text), StringBytes(scattered: text.utf8))
        #expect(scattered.count == text.utf8.count && near.count == scattered.count)
        #expect(scattered.prefix == near.prefix)
        #expect(scattered.first == text.utf8.first ?? 0 && near.first == scattered.first)
        #expect(scattered.last == text.utf8.last ?? 0 && near.last == scattered.last)
    }

    @Test(arguments: texts)
    func aStringWithoutAnAddressIsCopiedWholeOrNotAtAll(text: String) {
        let target = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 8)
        defer { target.deallocate() }
        let isCopied = StringBytes(scattered: text.utf8).copyPlain(to: target)
        let mustBeEscaped = text.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
        #expect(isCopied == (!mustBeEscaped && text.utf8.count <= 15))
        if isCopied {
            let copy = UnsafeRawBufferPointer(start: target, count: text.utf8.count)
            #expect(copy.elementsEqual(text.utf8))
        }
    }
}
