import Foundation
import Shipping

extension ObjectDestination {
  /// Most parts that an upload may have.
  private static let maximumParts: UInt64 = 10_000
  /// Parts on their way at a time.
  private static let width = 2
  /// Tries of a part in all, and the pause before the second one.
  private static let partAttempts = 3
  private static let partPause = Duration.milliseconds(200)

  /// A part that arrived.
  struct Part: Hashable, Sendable {
    var number: Int
    var tag: String
    /// In base 64, where the service takes it.
    var sha256: String?
  }

  /// The octets of each part: of the wanted length, or of as many whole MiB as keep their number within bounds.
  package static func parts(of octets: UInt64, length wanted: UInt64) -> [Range<UInt64>] {
    let least = (octets + maximumParts - 1) / maximumParts
    let length = least <= wanted ? wanted : (least + 0xf_ffff) & ~0xf_ffff
    return stride(from: 0, to: octets, by: Int(length)).map { $0..<min($0 + length, octets) }
  }

  /// Puts a file in parts, which become the object all at once.
  func shipInParts(_ file: CommittedFile, _ key: String) async throws {
    let digest = try await ContentDigest(file.path, 0..<file.octets, dialect.identity)
    // Parts are many octets to send for nothing.
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
    // Without an answer the parts may just become the object, and are not removed under it: the next try finds out.
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

  /// Whether a part may arrive at the next try, in the same upload.
  private static func isTransient(_ error: any Error) -> Bool {
    switch error {
    case let refusal as ObjectRefusal: refusal.rule.remedy == .retry && refusal.code != "NoSuchUpload"
    case let failure as ShippingFailure: failure.remedy == .retry
    default: false
    }
  }

  // MARK: The end of an upload

  /// The list of parts with which an upload ends.
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
    // What came together is looked at once: the size is no part's.
    do {
      _ = try await isThere(file, key, digest, .sent)
    } catch let failure as ShippingFailure where failure.remedy == .wait {
      // These credentials may write only.
    }
  }

  /// Removes what has arrived of an upload, also when the collector stops.
  private func abort(_ key: String, _ upload: String) async {
    // The collector's end does not wait for long.
    let timeout: Duration = Task.isCancelled ? .seconds(2) : .seconds(5)
    let client = ObjectClient(location: location, credentials: client.credentials, timeout: timeout)
    let abortion = Task {
      try await client.call(ObjectRequest(method: "DELETE", key: key, query: ["uploadId": upload]))
    }
    _ = await abortion.result
  }

  /// Removes what a collector that was killed has left of the same object: its parts are stored and paid for. Who may not list uploads has
  /// the bucket's lifecycle do it.
  ///
  /// - Throws: what may pass by itself: nobody would look for them again once the object is there.
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
