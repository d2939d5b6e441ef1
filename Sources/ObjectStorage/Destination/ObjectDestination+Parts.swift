import Foundation
import Shipping

extension ObjectDestination {
  /// Maximum number of parts of an upload.
  private static let maximumParts: UInt64 = 10_000
  /// Parts in transit at a time.
  private static let width = 2
  /// Attempts per part, and the pause before the second.
  private static let partAttempts = 3
  private static let partPause = Duration.milliseconds(200)

  /// An uploaded part.
  struct Part: Hashable, Sendable {
    var number: Int
    var tag: String
    /// Base64, if the service uses it.
    var sha256: String?
  }

  /// Returns the range of each part: of the requested length, or of as many whole MiB as keep the number of parts
  /// within bounds.
  package static func parts(of octets: UInt64, length wanted: UInt64) -> [Range<UInt64>] {
    let least = (octets + maximumParts - 1) / maximumParts
    let length = least <= wanted ? wanted : (least + 0xf_ffff) & ~0xf_ffff
    return stride(from: 0, to: octets, by: Int(length)).map { $0..<min($0 + length, octets) }
  }

  /// Uploads a file in parts, which become the object atomically.
  func shipInParts(_ file: CommittedFile, _ key: String) async throws {
    let digest = try await ContentDigest(file.path, 0..<file.octets, dialect.identity)
    // Avoids uploading many octets in vain.
    if try await isThere(file, key, digest, .perhaps) { return }
    try await abortLeftovers(key)
    let upload = try await begin(key, digest)
    let parts: [Part]
    do {
      parts = try await send(file, key, upload)
    } catch {
      await abort(key, upload)
      throw error
    }
    do {
      try await complete(file, key, digest, upload, parts)
    } catch let refusal as ObjectRefusal {
      await abort(key, upload)
      throw refusal
    }
    // Without a response, the object may be being assembled, so the parts are not aborted; the next attempt checks.
  }

  private func begin(_ key: String, _ digest: ContentDigest) async throws -> String {
    let headers = dialect.creation(digest).merging(dialect.multipart) { $1 }
    let answer = try await client.call(
      ObjectRequest(method: "POST", key: key, query: ["uploads": ""], headers: headers))
    guard let upload = answer.xml?["UploadId"], !upload.isEmpty else {
      throw ShippingFailure(.wait, "\(name(key)): the answer has no UploadId; check the endpoint")
    }
    return upload
  }

  // MARK: Parts

  private func send(_ file: CommittedFile, _ key: String, _ upload: String) async throws -> [Part] {
    let ranges = Self.parts(of: file.octets, length: options.partLength)
    return try await withThrowingTaskGroup(of: Part.self) { group in
      var parts: [Part] = []
      for (index, range) in ranges.enumerated() {
        if index >= Self.width, let part = try await group.next() { parts.append(part) }
        group.addTask { try await self.send(file, range, number: index + 1, key, upload) }
      }
      for try await part in group { parts.append(part) }
      return parts.sorted { $0.number < $1.number }
    }
  }

  private func send(
    _ file: CommittedFile, _ range: Range<UInt64>, number: Int, _ key: String, _ upload: String
  ) async throws -> Part {
    let digest = try await ContentDigest(file.path, range, dialect.transfer)
    let request = ObjectRequest(
      method: "PUT", key: key, query: ["partNumber": "\(number)", "uploadId": upload],
      headers: dialect.checksums(digest), body: .file(file.path, range), payloadHash: digest.sha256)
    var attempt = 1
    while true {
      do {
        let answer = try await client.call(request)
        guard let tag = answer.headers["etag"], !tag.isEmpty else {
          throw ShippingFailure(.wait, "\(name(key)): the answer to a part has no ETag; check the endpoint")
        }
        if dialect.isDamaged(answer, digest) {
          throw ShippingFailure(
            .retry, "\(name(key)): part \(number) arrived damaged", kind: "damaged")
        }
        return Part(
          number: number, tag: tag, sha256: dialect.isAmazon ? digest.sha256?.base64EncodedString() : nil)
      } catch {
        guard attempt < Self.partAttempts, Self.isTransient(error) else { throw error }
        try await Task.sleep(for: Self.partPause * attempt)
        attempt += 1
      }
    }
  }

  /// Returns whether a part may succeed on the next attempt within the same upload.
  private static func isTransient(_ error: any Error) -> Bool {
    switch error {
    case let refusal as ObjectRefusal: refusal.rule.remedy == .retry && refusal.code != "NoSuchUpload"
    case let failure as ShippingFailure: failure.remedy == .retry
    default: false
    }
  }

  // MARK: The end of an upload

  /// Returns the list of parts that completes an upload.
  static func completion(_ parts: [Part]) -> [UInt8] {
    let elements = parts.map { part in
      let checksum = part.sha256.map { "<ChecksumSHA256>\($0)</ChecksumSHA256>" } ?? ""
      return "<Part><PartNumber>\(part.number)</PartNumber><ETag>\(part.tag.xmlEscaped)</ETag>\(checksum)</Part>"
    }
    return Array("<CompleteMultipartUpload>\(elements.joined())</CompleteMultipartUpload>".utf8)
  }

  private func complete(
    _ file: CommittedFile, _ key: String, _ digest: ContentDigest, _ upload: String, _ parts: [Part]
  ) async throws {
    let body = Self.completion(parts)
    func request() -> ObjectRequest {
      ObjectRequest(
        method: "POST", key: key, query: ["uploadId": upload],
        headers: conditions.merging(["content-type": "application/xml"]) { $1 }, body: .octets(body),
        payloadHash: ContentDigest(of: body, .sha256).sha256)
    }
    let answer: ObjectAnswer
    do {
      answer = try await client.call(request())
    } catch let refusal as ObjectRefusal where refusal.isExisting {
      await abort(key, upload)
      _ = try await isThere(file, key, digest, .reported)
      return
    } catch let refusal as ObjectRefusal where refusal.refusesCondition && knowsConditions {
      forgoConditions(refusal)
      answer = try await client.call(request())
    }
    if dialect.isDamaged(answer, digest) { throw await removeDamaged(key) }
    // The assembled object is checked once: no part's checksum covers its size.
    do {
      _ = try await isThere(file, key, digest, .sent)
    } catch let failure as ShippingFailure where failure.remedy == .wait {
      // These credentials are write-only.
    }
  }

  /// Aborts an upload, also when the collector stops.
  private func abort(_ key: String, _ upload: String) async {
    // Shutdown does not wait for long.
    let timeout: Duration = Task.isCancelled ? .seconds(2) : .seconds(5)
    let client = ObjectClient(location: location, credentials: client.credentials, timeout: timeout)
    let abortion = Task {
      try await client.call(ObjectRequest(method: "DELETE", key: key, query: ["uploadId": upload]))
    }
    _ = await abortion.result
  }

  /// Aborts uploads of the same object left by a collector that was killed: their parts are stored and billed. If the
  /// credentials may not list uploads, the bucket's lifecycle rules have to.
  ///
  /// - Throws: transient errors, because uploads are not searched again once the object exists.
  private func abortLeftovers(_ key: String) async throws {
    let request = ObjectRequest(method: "GET", query: ["uploads": "", "prefix": key])
    let listed: XMLElement?
    do { listed = try await client.call(request).xml } catch let refusal as ObjectRefusal
      where refusal.rule.remedy != .retry
    {
      return
    }
    guard let listed else { return }
    for upload in listed.children where upload.name == "Upload" && upload["Key"] == key {
      if let identifier = upload["UploadId"] { await abort(key, identifier) }
    }
  }
}
