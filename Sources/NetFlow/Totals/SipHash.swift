/// SipHash-2-4 with a 128-bit result over 64-bit words (Aumasson and Bernstein, "SipHash: a fast short-input PRF",
/// 2012): without the key, collisions cannot be found.
package struct SipHash: Sendable, BitwiseCopyable {
  package struct Key: Equatable, Sendable, BitwiseCopyable {
    package var first: UInt64
    package var second: UInt64

    package init(first: UInt64, second: UInt64) {
      self.first = first
      self.second = second
    }

    static func random() -> Key { Key(first: .random(in: .min ... .max), second: .random(in: .min ... .max)) }
  }

  package struct Digest: Equatable, Sendable, BitwiseCopyable {
    package var first: UInt64
    package var second: UInt64
  }

  private var v0: UInt64
  private var v1: UInt64
  private var v2: UInt64
  private var v3: UInt64
  private var wordCount: UInt8 = 0

  package init(key: Key) {
    v0 = key.first ^ 0x736f_6d65_7073_6575
    v1 = key.second ^ 0x646f_7261_6e64_6f6d ^ 0xee
    v2 = key.first ^ 0x6c79_6765_6e65_7261
    v3 = key.second ^ 0x7465_6462_7974_6573
  }

  /// Adds eight octets, the first in the word's low octet.
  @inline(__always)
  package mutating func combine(_ word: UInt64) {
    absorb(word)
    wordCount &+= 1
  }

  /// Returns the hash of all words so far.
  @inline(__always)
  package consuming func digest() -> Digest {
    // The last block has the length in octets, modulo 256, in its high octet.
    absorb(UInt64(wordCount &* 8) << 56)
    v2 ^= 0xee
    for _ in 0..<4 { mix() }
    let first = v0 ^ v1 ^ v2 ^ v3
    v1 ^= 0xdd
    for _ in 0..<4 { mix() }
    return Digest(first: first, second: v0 ^ v1 ^ v2 ^ v3)
  }

  @inline(__always)
  private mutating func absorb(_ word: UInt64) {
    v3 ^= word
    mix()
    mix()
    v0 ^= word
  }

  @inline(__always)
  private mutating func mix() {
    v0 &+= v1
    v1 = v1.rotatedLeft(13) ^ v0
    v0 = v0.rotatedLeft(32)
    v2 &+= v3
    v3 = v3.rotatedLeft(16) ^ v2
    v0 &+= v3
    v3 = v3.rotatedLeft(21) ^ v0
    v2 &+= v1
    v1 = v1.rotatedLeft(17) ^ v2
    v2 = v2.rotatedLeft(32)
  }
}

extension UInt64 {
  @inline(__always)
  fileprivate func rotatedLeft(_ count: UInt64) -> UInt64 { self &<< count | self &>> (64 &- count) }
}
