import Files
import Foundation

/// The token required for data: the first line of a file.
public struct AccessToken: Sendable {
  private let octets: [UInt8]

  /// Why a file contains no valid token.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public var description: String { "http.tokenFile \(path): \(reason)" }
  }

  private static let minimumLength = 16
  private static let maximumLength = 1024

  /// Reads a token.
  ///
  /// - Parameter isPrivate: whether only owner and group may have access to the file.
  public init(file path: String, isPrivate: Bool = true) throws(Failure) {
    func failure(_ reason: String) -> Failure { Failure(path: path, reason: reason) }
    let text: String
    do {
      // Mounted secrets are symbolic links.
      let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      let attributes = try FileManager.default.attributesOfItem(atPath: target)
      let mode = (attributes[.posixPermissions] as? Int) ?? 0
      if isPrivate, mode & 0o007 != 0 {
        throw failure("other users may read it; run chmod o= on it, and create a new token")
      }
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      text = String(decoding: try file.read(upToCount: 4 * Self.maximumLength) ?? Data(), as: UTF8.self)
    } catch let error as Failure {
      throw error
    } catch {
      throw failure("\(error.systemReason); check its path and owner")
    }
    let line = text.prefix { !$0.isNewline }
    octets = Array(line.utf8)
    guard (Self.minimumLength...Self.maximumLength).contains(octets.count),
      octets.allSatisfy({ (0x21...0x7e).contains($0) })
    else {
      throw failure(
        "its first line is not a token: \(Self.minimumLength) to \(Self.maximumLength) printable characters without blanks; openssl rand -hex 32 generates one"
      )
    }
  }

  /// The value of a request's `Authorization` header.
  var authorization: String { "Bearer \(String(decoding: octets, as: UTF8.self))" }

  /// Compares in constant time, so that the token cannot be guessed piece by piece.
  func matches(_ text: Substring) -> Bool {
    let given = Array(text.utf8)
    var difference: UInt8 = given.count == octets.count ? 0 : 1
    for index in octets.indices { difference |= octets[index] ^ (index < given.count ? given[index] : 0) }
    return difference == 0
  }
}
