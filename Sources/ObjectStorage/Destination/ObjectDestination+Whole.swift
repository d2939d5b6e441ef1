import Foundation
import Logging
import Shipping

extension ObjectDestination {
  /// Puts a file in one request.
  func shipWhole(_ file: CommittedFile, _ key: String) async throws {
    let digest = try await ContentDigest(file.path, 0..<file.octets, dialect.transfer)
    if needsLook(key), try await isThere(file, key, digest, mustBe: false) { return }
    do {
      try await put(file, key, digest)
    } catch let refusal as ObjectRefusal where refusal.isExisting {
      _ = try await isThere(file, key, digest, mustBe: true)
    } catch let refusal as ObjectRefusal where refusal.refusesCondition && knowsConditions {
      forgoConditions(refusal)
      if try await isThere(file, key, digest, mustBe: false) { return }
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

  /// Removes what this has just written, and what the service reports another checksum of.
  func removeDamaged(_ key: String) async -> ShippingFailure {
    let removal = Task { try await self.client.call(ObjectRequest(method: "DELETE", key: key)) }
    let isRemoved = (try? await removal.value) != nil
    return ShippingFailure(
      .retry,
      "\(name(key)): the service reports another checksum of what arrived than of what was sent; "
        + (isRemoved ? "it was removed" : "it cannot be removed; remove it"))
  }

  /// Whether an object of the name is there, and is the file.
  ///
  /// - Parameter mustBe: whether the service has just said that it is; else a refusal to look is ignored, because who may write may not be
  ///   allowed to read.
  /// - Throws: `ShippingFailure` if it is another one.
  func isThere(_ file: CommittedFile, _ key: String, _ digest: ContentDigest, mustBe: Bool) async throws -> Bool {
    let answer: ObjectAnswer
    do {
      answer = try await client.call(ObjectRequest(method: "HEAD", key: key))
    } catch let refusal as ObjectRefusal {
      if mustBe {
        if refusal.status == 404 { throw ShippingFailure(.retry, "\(name(key)): was there and is not any more") }
        if refusal.status == 403 {
          throw ShippingFailure(
            .wait, "\(name(key)): is there already, and may not be compared; allow these credentials to read objects")
        }
      } else if refusal.status == 404 || refusal.status == 403 {
        return false
      }
      throw refusal
    }
    let likeness = try await dialect.likeness(answer, digest) {
      try await ContentDigest(file.path, 0..<file.octets, .md5).md5
    }
    switch likeness {
    case .same:
      logger.debug("\(name(key)) is there already, as the file is")
      return true
    case .different(let what):
      throw ShippingFailure(
        .setAside, "\(name(key)): another object of this name is there (\(what)); it is left alone")
    case .unknown:
      throw ShippingFailure(
        .setAside,
        "\(name(key)): an object of this name and size is there, without a checksum to compare; it is left alone")
    }
  }
}
