// Module Anonymization: makes traffic that can be shared.

import Crypto
public import Files

/// The secret key of the substitution. The key can reverse the substitution; the same key yields the same addresses.
public struct AnonymizationKey: Sendable {
  let cipher: SymmetricKey
  /// Encrypted padding for the address bits that are not part of the prefix.
  let pad: [UInt8]

  /// Octets of a key: one half for the cipher, one for the padding.
  public static let size = 32

  /// - Parameter octets: `size` of them.
  public init?(_ octets: [UInt8]) {
    guard octets.count == Self.size else { return nil }
    self.init(whole: octets)
  }

  /// Generates a random key.
  public static func random() -> AnonymizationKey {
    var generator = SystemRandomNumberGenerator()
    return AnonymizationKey(whole: (0..<size).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
  }

  /// - Parameter octets: exactly `size`.
  private init(whole octets: [UInt8]) {
    cipher = SymmetricKey(data: octets[..<(Self.size / 2)])
    pad = Array(octets[(Self.size / 2)...])
  }

  /// Reads a file of 32 octets or 64 hexadecimal digits.
  public init(path: String) throws(AnonymizationKeyError) {
    let octets: [UInt8]
    do throws(WholeFileFault) {
      octets = try WholeFile.content(of: path, atMost: 4096)
    } catch {
      throw AnonymizationKeyError(path: path, reason: .unread(error))
    }
    guard let key = AnonymizationKey(octets) ?? Self.hexadecimal(octets).flatMap({ AnonymizationKey($0) }) else {
      throw AnonymizationKeyError(path: path, reason: .size(octets.count))
    }
    self = key
  }

  private static func hexadecimal(_ text: [UInt8]) -> [UInt8]? {
    let digits = text.filter { !" \t\r\n".utf8.contains($0) }
    guard digits.count == 2 * size else { return nil }
    var octets: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let octet = UInt8(String(decoding: digits[index..<(index + 2)], as: UTF8.self), radix: 16) else {
        return nil
      }
      octets.append(octet)
    }
    return octets
  }
}

/// Why a key file was rejected.
public struct AnonymizationKeyError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    case unread(WholeFileFault)
    /// Actual size in octets.
    case size(Int)
  }

  public var path: String
  public var reason: Reason

  /// One line: where, what, what to do.
  public var description: String {
    switch reason {
    case .unread(let fault): fault.text(path, expected: "a key file", ifTooLarge: remedy)
    case .size(let count):
      "\(path): not a key (\(count) bytes; expected \(AnonymizationKey.size), or \(2 * AnonymizationKey.size) hexadecimal digits); \(remedy)"
    }
  }

  private var remedy: String { "generate one: (umask 077; head -c \(AnonymizationKey.size) /dev/urandom > \(path))" }
}
