import Crypto
import CryptoExtras
public import NetFlow
public import NetworkBytes

/// Replaces addresses and preserves prefixes: two addresses share exactly as many leading bits as before.
///
/// Crypto-PAn (J. Xu, J. Fan, M. Ammar, S. Moon, "Prefix-preserving IP address anonymization", ICNP 2002): a keyed
/// function of the preceding bits decides whether each bit is flipped. IPv4 and IPv6 are handled alike, over 32 and 128
/// bits. MAC addresses become locally administered ones that stay unicast or multicast.
public struct AddressAnonymizer: AddressSubstitution, ~Copyable {
  private let cipher: SymmetricKey
  private let pad: UInt128
  /// For each whole-octet prefix seen: the flipped bits of its last octet.
  private var known: [Prefix: UInt8] = [:]

  private struct Prefix: Hashable {
    var bits: UInt128
    var octets: Int
  }

  /// Bounds memory to about 100 MB.
  private static let maximumKnown = 1 << 20

  public init(_ key: AnonymizationKey) {
    cipher = key.cipher
    pad = Self.encrypt(UInt128(octets: key.pad), key.cipher)
  }

  public mutating func substitute(_ address: IPAddress) -> IPAddress {
    if address.isV4 {
      let bits = UInt128(address.v4) << 96
      return IPAddress(v4: UInt32(truncatingIfNeeded: (bits ^ turned(bits, octets: 4)) >> 96))
    }
    let bits = UInt128(address.high) << 64 | UInt128(address.low)
    let new = bits ^ turned(bits, octets: 16)
    return IPAddress(high: UInt64(truncatingIfNeeded: new >> 64), low: UInt64(truncatingIfNeeded: new))
  }

  public mutating func substitute(mac: UInt64) -> UInt64 {
    let mixed = UInt64(truncatingIfNeeded: Self.encrypt(pad ^ UInt128(mac), cipher)) & 0xffff_ffff_ffff
    let (group, local): (UInt64, UInt64) = (1 << 40, 2 << 40)
    return mixed & ~(group | local) | local | mac & group
  }

  /// Returns the bits of a left-aligned address to flip.
  private mutating func turned(_ address: UInt128, octets: Int) -> UInt128 {
    var bits: UInt128 = 0
    for count in 1...octets {
      let prefix = Prefix(bits: address & Self.mask(8 * count), octets: count)
      bits |= UInt128(turned(prefix)) << UInt128(128 - 8 * count)
    }
    return bits
  }

  /// Returns the bits of a prefix's last octet to flip.
  private mutating func turned(_ prefix: Prefix) -> UInt8 {
    if let turned = known[prefix] { return turned }
    var turned: UInt8 = 0
    for length in (8 * prefix.octets - 8)..<(8 * prefix.octets) {
      let mask = Self.mask(length)
      let first = Self.encrypt(prefix.bits & mask | pad & ~mask, cipher) >> 127
      turned = turned << 1 | UInt8(truncatingIfNeeded: first)
    }
    if known.count >= Self.maximumKnown { known.removeAll(keepingCapacity: true) }
    known[prefix] = turned
    return turned
  }

  private static func mask(_ length: Int) -> UInt128 { length == 0 ? 0 : UInt128.max << UInt128(128 - length) }

  private static func encrypt(_ block: UInt128, _ key: SymmetricKey) -> UInt128 {
    var octets = (0..<16).map { UInt8(truncatingIfNeeded: block >> UInt128(120 - 8 * $0)) }
    do {
      try AES.permute(&octets, key: key)
    } catch {
      preconditionFailure("a key and a block of 16 octets each: \(error)")
    }
    return UInt128(octets: octets)
  }
}

extension UInt128 {
  fileprivate init(octets: [UInt8]) { self = octets.reduce(0) { $0 << 8 | UInt128($1) } }
}
