extension CanonicalBuffer {
    /// Writes an integer in decimal.
    mutating func append(_ value: Int64) {
        if value < 0 { unsafe append(UInt8(ascii: "-")) }
        unsafe append(value.magnitude)
    }

    /// Writes an integer in decimal.
    @inline(__always)
    mutating func append(_ value: UInt64) {
        guard unsafe reserve(20) else { return }
        if value < 10 {
            unsafe end.storeBytes(of: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value), as: UInt8.self)
            unsafe advance(by: 1)
        } else {
            unsafe appendDigits(of: value)
        }
    }

    private mutating func appendDigits(of value: UInt64) {
        var digitCount = 2
        var power: UInt64 = 100
        while digitCount < 20, value >= power {
            digitCount += 1
            if digitCount < 20 { power &*= 10 }
        }
        var rest = value
        for index in stride(from: digitCount - 1, through: 0, by: -1) {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            let character = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
            unsafe end.storeBytes(of: character, toByteOffset: index, as: UInt8.self)
            rest = quotient
        }
        unsafe advance(by: digitCount)
    }

    /// Writes a number as ECMAScript does (`Number::toString`, which RFC 8785 section 3.2.2.3 prescribes).
    ///
    /// False, and nothing written, for NaN and the infinities.
    mutating func append(_ value: Double) -> Bool {
        if let integer = value.asExactInteger {
            unsafe append(integer)
            return true
        }
        guard value.isFinite else { return false }
        let digits = ShortestDigits(fewDecimalsOf: value) ?? ShortestDigits(value)
        if digits.isNegative { unsafe append(UInt8(ascii: "-")) }
        switch digits.point {
        case digits.count...21 where digits.count <= 21:
            unsafe append(digits, 0..<digits.count)
            unsafe appendZeros(digits.point - digits.count)
        case 1...21:
            unsafe append(digits, 0..<digits.point)
            unsafe append(UInt8(ascii: "."))
            unsafe append(digits, digits.point..<digits.count)
        case -5...0:
            unsafe append("0.")
            unsafe appendZeros(-digits.point)
            unsafe append(digits, 0..<digits.count)
        default:
            unsafe appendScientific(digits)
        }
        return true
    }

    private mutating func appendScientific(_ digits: ShortestDigits) {
        unsafe append(digits, 0..<1)
        if digits.count > 1 {
            unsafe append(UInt8(ascii: "."))
            unsafe append(digits, 1..<digits.count)
        }
        let exponent = digits.point - 1
        unsafe append(exponent < 0 ? "e-" : "e+")
        unsafe append(UInt64(exponent.magnitude))
    }

    private mutating func append(_ digits: ShortestDigits, _ range: Range<Int>) {
        for index in range { unsafe append(digits[index]) }
    }

    private mutating func appendZeros(_ number: Int) {
        for _ in 0..<number { unsafe append(UInt8(ascii: "0")) }
    }
}

/// The fewest decimal digits that read back as the same number, and the position of the point.
///
/// Swift prints these digits (`Double.description` is the shortest text that round-trips and, of those, the closest);
/// only their layout differs from that of ECMAScript.
struct ShortestDigits {
    /// The digits, four bits each, the first one the lowest.
    private var packed: (UInt64, UInt64) = (0, 0)
    private(set) var count = 0
    /// The value is 0.DIGITS times ten to this power.
    private(set) var point = 0
    private(set) var isNegative = false

    /// Takes the digits of a finite number other than zero.
    init(_ value: Double) {
        var sawPoint = false
        var exponent = 0
        var exponentSign = 0
        for byte in value.description.utf8 {
            switch byte {
            case UInt8(ascii: "-") where exponentSign == 0: isNegative = true
            case UInt8(ascii: "-"): exponentSign = -1
            case UInt8(ascii: "."): sawPoint = true
            case UInt8(ascii: "e"): exponentSign = 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = byte - UInt8(ascii: "0")
                if exponentSign == 0 {
                    take(digit, afterPoint: sawPoint)
                } else {
                    exponent = exponent * 10 + Int(digit)
                }
            default: break
            }
        }
        point += exponent * exponentSign
        while count > 1, self[count - 1] == UInt8(ascii: "0") { count -= 1 }
    }

    /// Takes the digits of a number that has few, such as 0.75 or 199.99; nil for another.
    ///
    /// The number times a power of ten is rounded to an integer below 10^15, and the integer divided by the power again.
    /// Both are exact doubles, so the quotient is the double nearest to that decimal; if it is the number, the decimal is
    /// a text that reads back as it, and decimals of at most 15 digits are all different doubles, so no shorter one is.
    init?(fewDecimalsOf value: Double) {
        guard value.magnitude >= 0.001, value.magnitude < 1e9 else { return nil }
        var power = 10.0
        for decimals in 1...6 {
            let scaled = (value.magnitude * power).rounded()
            if scaled / power == value.magnitude {
                self.init(integer: UInt64(scaled), decimals: decimals, isNegative: value < 0)
                return
            }
            power *= 10
        }
        return nil
    }

    private init(integer: UInt64, decimals: Int, isNegative: Bool) {
        var rest = integer
        var digitCount = 0
        while rest > 0 {
            packed.0 = packed.0 << 4 | rest % 10
            rest /= 10
            digitCount += 1
        }
        self.count = digitCount
        self.point = digitCount - decimals
        self.isNegative = isNegative
    }

    /// The digit at that position as an ASCII character.
    subscript(index: Int) -> UInt8 {
        let word = index < 16 ? packed.0 >> UInt64(index * 4) : packed.1 >> UInt64((index - 16) * 4)
        return UInt8(ascii: "0") + UInt8(truncatingIfNeeded: word & 15)
    }

    private mutating func take(_ digit: UInt8, afterPoint: Bool) {
        if count == 0, digit == 0 {
            if afterPoint { point -= 1 }
            return
        }
        if !afterPoint { point += 1 }
        guard count < 32 else { return }
        if count < 16 {
            packed.0 |= UInt64(digit) << UInt64(count * 4)
        } else {
            packed.1 |= UInt64(digit) << UInt64((count - 16) * 4)
        }
        count += 1
    }
}
