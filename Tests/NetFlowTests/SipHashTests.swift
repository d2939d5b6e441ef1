import NetFlow
import Testing

@Suite("SipHash-2-4 of 128 bits")
struct SipHashTests {
  /// Hashes of the octets 0, 1, 2 … with the key 0, 1, … 15, from the reference implementation and OpenSSL; above 255
  /// octets, the length in the last block is modulo 256.
  @Test(
    "is that of the reference implementation",
    arguments: [
      (0, "a3817f04ba25a8e66df67214c7550293"), (8, "3b62a9ba6258f5610f83e264f31497b4"),
      (16, "6ee2a4ca67b054bbfd3315bf85230577"), (120, "4a1dad72344c458518c52d5216880cd9"),
      (264, "8d60aa7ab2b4162365783f89af9777fb"),
    ])
  func vectors(_ count: Int, _ expected: String) {
    func word(_ first: Int) -> UInt64 {
      (0..<8).reduce(0) { $0 | UInt64(truncatingIfNeeded: (first + $1) & 255) << UInt64(8 * $1) }
    }
    var hash = SipHash(key: .init(first: word(0), second: word(8)))
    for first in stride(from: 0, to: count, by: 8) { hash.combine(word(first)) }
    let digest = hash.digest()
    let octets = [digest.first, digest.second].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
    }
    #expect(octets == Wire.hex(expected))
  }
}
