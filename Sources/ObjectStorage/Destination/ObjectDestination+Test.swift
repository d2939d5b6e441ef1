import CloudAPI
import Foundation
import Shipping

extension ObjectDestination {
  /// Checks the bucket, writes a tiny object twice, reads it, and removes it.
  public func test() async throws -> [String] {
    let key = options.prefix + ".sagflow-test"
    do {
      var lines = try await introduction()
      try await lookForBucket(&lines)
      try await write(key, &lines)
      lines += try await lookAgain(key)
      return lines
    } catch let refusal as ObjectRefusal {
      throw refusal.failure(refusal.code == "NoSuchBucket" ? place : name(key))
    }
  }

  private func introduction() async throws -> [String] {
    do throws(CredentialError) {
      let found = try await client.credentials.current()
      return ["credentials: \(found.source)"] + found.warnings.map { "warning: \($0)" }
    } catch {
      throw ShippingFailure(.wait, "\(error)")
    }
  }

  private func lookForBucket(_ lines: inout [String]) async throws {
    // OSS requires a separate permission for this request; writing the object is test enough.
    guard options.service == .s3 else { return }
    do {
      try await client.call(ObjectRequest(method: "HEAD"))
      lines.append("bucket: \(options.bucket) exists")
    } catch let refusal as ObjectRefusal {
      switch refusal.status {
      case 403: lines.append("bucket: cannot be listed (s3:ListBucket), which is not required")
      case 404:
        throw ShippingFailure(.wait, "\(place): no such bucket; create it, or correct its name and region")
      default: throw refusal
      }
    }
  }

  private static let content = Array("sagflow\n".utf8)

  private func put(_ key: String, _ conditions: [String: String]) async throws {
    let digest = ContentDigest(of: Self.content, dialect.transfer)
    var headers = dialect.creation(digest).merging(dialect.checksums(digest)) { $1 }.merging(conditions) { $1 }
    headers["content-type"] = "text/plain"
    let answer = try await client.call(
      ObjectRequest(
        method: "PUT", key: key, headers: headers, body: .octets(Self.content), payloadHash: digest.sha256))
    if dialect.isDamaged(answer, digest) { throw await removeDamaged(key) }
  }

  /// Writes the object twice; the second write must be refused.
  private func write(_ key: String, _ lines: inout [String]) async throws {
    let condition = dialect.condition
    do {
      try await put(key, conditions)
    } catch let refusal as ObjectRefusal where refusal.isExisting {
      // Left by a test whose object could not be removed.
    } catch let refusal as ObjectRefusal where refusal.refusesCondition && knowsConditions {
      forgoConditions(refusal)
      try await put(key, [:])
    }
    lines.append("write: \(name(key)) written")
    guard knowsConditions else {
      lines.append("overwriting: the server refuses \(condition.name); each name is looked up before it is written")
      return
    }
    do {
      try await put(key, conditions)
      lines.append("warning: the server ignores \(condition.name), so it cannot refuse to overwrite an object")
    } catch let refusal as ObjectRefusal where refusal.isExisting {
      lines.append("overwriting: refused, as it should be (\(condition.name))")
    }
  }

  private func lookAgain(_ key: String) async throws -> [String] {
    var lines: [String] = []
    do {
      let answer = try await client.call(ObjectRequest(method: "HEAD", key: key))
      let likeness = try await dialect.likeness(answer, ContentDigest(of: Self.content, dialect.identity)) { parts in
        parts == nil ? ContentDigest(of: Self.content, .md5).md5.map(SigningHash.hexadecimal) : nil
      }
      switch likeness {
      case .same: lines.append("read: size and checksum are right")
      case .different(let what): throw ShippingFailure(.wait, "\(name(key)): differs from what was written: \(what)")
      case .unknown:
        lines.append("warning: the service reports no checksums, so objects cannot be compared")
      }
    } catch let refusal as ObjectRefusal where refusal.status == 403 {
      lines.append("warning: objects cannot be read, so existing objects cannot be compared")
    }
    do {
      try await client.call(ObjectRequest(method: "DELETE", key: key))
      lines.append("remove: \(name(key)) removed")
    } catch is ObjectRefusal {
      lines.append("remove: not permitted, which is not required; \(name(key)) stays")
    }
    return lines
  }
}
