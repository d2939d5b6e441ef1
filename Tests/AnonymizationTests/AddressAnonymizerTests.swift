import Anonymization
import NetworkBytes
import TestSupport
import Testing

@Suite("Addresses that are substituted keep their prefixes")
struct AddressAnonymizerTests {
  private static func key(_ text: String) throws -> AnonymizationKey {
    try #require(AnonymizationKey(Array(text.utf8)))
  }

  /// The key of the authors' sample program.
  private static let sample: [UInt8] = [
    21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16, 216, 152, 143, 131, 121, 121, 101, 39, 98, 87,
    76, 45,
    42, 132, 34, 2,
  ]

  @Test(
    "the sample of Crypto-PAn's authors",
    arguments: [
      ("128.11.68.132", "135.242.180.132"), ("129.118.74.4", "134.136.186.123"), ("130.132.252.244", "133.68.164.234"),
      ("141.223.7.43", "141.167.8.160"), ("141.233.145.108", "141.129.237.235"), ("152.163.225.39", "151.140.114.167"),
    ])
  func authors(address: String, expected: String) throws {
    var anonymizer = AddressAnonymizer(try #require(AnonymizationKey(Self.sample)))
    #expect(anonymizer.substitute(try #require(IPAddress(address))).description == expected)
  }

  @Test(
    "both families, as yacryptopan 1.0.2 has them",
    arguments: [("192.0.2.1", "192.0.125.244"), ("2001:db8::1", "27fe:8bc7:fee:1e:1e1f:f0fe:f0e1:83fd")])
  func families(address: String, expected: String) throws {
    var anonymizer = AddressAnonymizer(try Self.key("32-char-str-for-AES-key-and-pad."))
    #expect(anonymizer.substitute(try #require(IPAddress(address))).description == expected)
  }

  @Test("two addresses share as many leading bits as before, no two become one") func prefixes() {
    let seed = runSeed("ANONYMIZATION_SEED")
    var random = SeededGenerator(seed: seed)
    var anonymizer = AddressAnonymizer(AnonymizationKey.random())
    for round in 0..<300 {
      let isV4 = round % 2 == 0
      let first = IPAddress(
        high: isV4 ? 0 : random.next(), low: isV4 ? 0xffff << 32 | random.next() >> 32 : random.next())
      // Another address that differs from some bit on.
      let bit = Int.random(in: 0..<(isV4 ? 32 : 128), using: &random)
      let place = isV4 ? 96 + bit : bit
      let noise = (random.next(), random.next())
      let from = UInt128(1) << UInt128(127 - place)
      let change = from | (UInt128(noise.0) << 64 | UInt128(noise.1)) & (from - 1)
      let second = IPAddress(
        high: first.high ^ UInt64(truncatingIfNeeded: change >> 64), low: first.low ^ UInt64(truncatingIfNeeded: change)
      )
      let (a, b) = (anonymizer.substitute(first), anonymizer.substitute(second))
      let difference = (a.high ^ b.high).leadingZeroBitCount
      let common = difference < 64 ? difference : 64 + (a.low ^ b.low).leadingZeroBitCount
      #expect(common == place, "seed \(seed), round \(round): \(first) \(second)")
      #expect(a.isV4 == isV4)
    }
  }

  @Test("MAC addresses become local ones, and stay groups where they were") func mac() {
    var anonymizer = AddressAnonymizer(AnonymizationKey.random())
    var met: Set<UInt64> = []
    for number in 1...200 as ClosedRange<UInt64> {
      let address = number | (number % 3 == 0 ? 1 << 40 : 0)
      let new = anonymizer.substitute(mac: address)
      #expect(new >> 48 == 0)
      #expect(new >> 41 & 1 == 1)
      #expect(new >> 40 & 1 == address >> 40 & 1)
      #expect(anonymizer.substitute(mac: address) == new)
      met.insert(new)
    }
    #expect(met.count == 200)
  }

  @Test("keys are 32 octets or their digits; anything else is refused with the way to make one") func keys() throws {
    let folder = try TemporaryFolder()
    let digits = Self.sample.map { String(Int($0) + 0x100, radix: 16).suffix(2) }.joined()
    for content in [Self.sample, Array(digits.utf8), Array((digits + "\n").utf8)] {
      var anonymizer = AddressAnonymizer(try AnonymizationKey(path: try folder.write(content, as: "key")))
      #expect(anonymizer.substitute(IPAddress(v4: 0x800b_4484)).description == "135.242.180.132")
    }
    let short = try folder.write([1, 2, 3], as: "short")
    let error = #expect(throws: AnonymizationKeyError.self) { try AnonymizationKey(path: short) }
    #expect(error?.description.contains("3 bytes; expected 32") == true)
    #expect(error?.description.contains("head -c 32 /dev/urandom") == true)
    let missing = #expect(throws: AnonymizationKeyError.self) { try AnonymizationKey(path: folder.path + "/none") }
    #expect(missing?.description.contains("/none") == true)
  }
}
