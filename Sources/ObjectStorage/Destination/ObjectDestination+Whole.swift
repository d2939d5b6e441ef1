import CloudAPI
import Foundation
import Logging
import Shipping

extension ObjectDestination {
  /// Uploads a file in one request.
  func shipWhole(_ file: CommittedFile, _ key: String) async throws {
    let digest = try await ContentDigest(file.path, 0..<file.octets, dialect.transfer)
    if needsLook(key), try await isThere(file, key, digest, .perhaps) { return }
    do {
      try await put(file, key, digest)
    } catch let refusal as ObjectRefusal where refusal.isExisting {
      _ = try await isThere(file, key, digest, .reported)
    } catch let refusal as ObjectRefusal where refusal.refusesCondition && knowsConditions {
      forgoConditions(refusal)
      if try await isThere(file, key, digest, .perhaps) { return }
      try await put(file, key, digest)
    }
  }

  private func put(_ file: CommittedFile, _ key: String, _ digest: ContentDigest) async throws {
    let headers = dialect.creation(digest).merging(dialect.checksums(digest)) { $1 }.merging(conditions) { $1 }
    let answer = try await client.call(
      ObjectRequest(
        method: "PUT", key: key, headers: headers, body: .file(file.path, digest.range), payloadHash: digest.sha256))
    if dialect.isDamaged(answer, digest) { throw await removeDamaged(key) }
    noteCondition(answer)
  }

  /// Removes the object just written, for which the service reports a different checksum.
  func removeDamaged(_ key: String) async -> ShippingFailure {
    let removal = Task { try await self.client.call(ObjectRequest(method: "DELETE", key: key)) }
    let isRemoved = (try? await removal.value) != nil
    return ShippingFailure(
      .retry,
      "\(name(key)): the service reports a different checksum than that of the file; "
        + (isRemoved ? "it was removed" : "it cannot be removed; remove it"), kind: "damaged")
  }

  /// What is known about an object before it is checked.
  enum Presence: Sendable {
    /// Nothing. A refused check is ignored, because write permission does not imply read permission.
    case perhaps
    /// The service has just reported that the name exists.
    case reported
    /// It was just assembled from individually verified parts.
    case sent
  }

  /// Returns whether the object exists and equals the file.
  ///
  /// - Throws: `ShippingFailure` if it is different.
  func isThere(
    _ file: CommittedFile, _ key: String, _ digest: ContentDigest, _ presence: Presence
  ) async throws -> Bool {
    let answer: ObjectAnswer
    do {
      answer = try await client.call(ObjectRequest(method: "HEAD", key: key))
    } catch let refusal as ObjectRefusal {
      if presence != .perhaps {
        if refusal.status == 404 {
          throw ShippingFailure(.retry, "\(name(key)): existed and is gone", kind: "gone again")
        }
        if refusal.status == 403 {
          throw ShippingFailure(
            .wait, "\(name(key)): exists already, and cannot be compared; allow these credentials to read objects",
            kind: "not readable")
        }
      } else if refusal.status == 404 || refusal.status == 403 {
        return false
      }
      throw refusal
    }
    let likeness = try await dialect.likeness(answer, digest) { try await entityTag(file, parts: $0) }
    switch likeness {
    case .same:
      logger.debug("\(name(key)) exists already and is identical")
      return true
    case .different(let what):
      throw ShippingFailure(
        .setAside, "\(name(key)): a different object of this name exists (\(what)); it is not changed")
    case .unknown where presence == .sent: return true
    case .unknown:
      throw ShippingFailure(
        .setAside,
        "\(name(key)): an object of this name and size exists, without a checksum to compare; it is not changed")
    }
  }

  /// Returns the ETag that most servers give a file: its MD5, or that of its parts' MD5s followed by their number.
  ///
  /// - Parameter parts: number of parts; nil if it was uploaded whole.
  /// - Returns: nil if it would not be split into so many parts today.
  private func entityTag(_ file: CommittedFile, parts: Int?) async throws -> String? {
    guard let parts else {
      return try await ContentDigest(file.path, 0..<file.octets, .md5).md5.map(SigningHash.hexadecimal)
    }
    let ranges = Self.parts(of: file.octets, length: options.partLength)
    guard ranges.count == parts else { return nil }
    var sums: [UInt8] = []
    for range in ranges { sums += try await ContentDigest(file.path, range, .md5).md5 ?? Data() }
    return ContentDigest(of: sums, .md5).md5.map { "\(SigningHash.hexadecimal($0))-\(parts)" }
  }
}
