import DedupTesting
import Foundation

extension SplitMix64 {
    /// A normal number, by Box and Muller.
    mutating func normal() -> Double {
        let (u, v) = (
            Double.random(in: .leastNonzeroMagnitude..<1, using: &self), Double.random(in: 0..<1, using: &self)
        )
        return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
    }
}
