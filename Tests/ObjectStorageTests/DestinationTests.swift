import Foundation
import Logging
import Shipping
import Synchronization
import TestSupport
import Testing

import ObjectStorage

@Suite("Files as objects: whatever goes wrong, each is there once and is what was sent", .tags(.network), .unlessFast)
struct DestinationTests {
  static let services = ObjectStorageOptions.Service.allCases

  @Test("a file becomes one object under prefix and name, with what was asked for", arguments: services)
  func puts(service: ObjectStorageOptions.Service) async throws {
    try await ObjectStoreStub.run(service) { stub in
      let sample = try SampleFile(60_001)
      let destination = try stub.destination {
        $0.storageClass = "IA"
        $0.encryption = "KMS"
        $0.encryptionKey = "my-key"
      }
      try await destination.ship(sample.file)
      let object = try #require(stub.object(SampleFile.key))
      #expect(object.octets == sample.octets)
      #expect(object.headers["content-type"] == "application/vnd.apache.parquet")
      let vendor = service == .oss ? "x-oss-" : "x-amz-"
      #expect(object.headers["\(vendor)storage-class"] == "IA")
      #expect(object.headers["\(vendor)server-side-encryption"] == "KMS")
      let key = service == .oss ? "x-oss-server-side-encryption-key-id" : "x-amz-server-side-encryption-aws-kms-key-id"
      #expect(object.headers[key] == "my-key")
      #expect(stub.operations == (service == .oss ? [.head, .put] : [.put]))
      let address = try #require(stub.state.withLock { $0.addresses.first })
      #expect(address.contains("/flows/date%3D2026-01-31/hour%3D07/"))
    }
  }

  @Test("names with signs of every kind arrive as they are", arguments: services)
  func names(service: ObjectStorageOptions.Service) async throws {
    try await ObjectStoreStub.run(service) { stub in
      for name in ["a b+c", "流量=é%/~x", "it's (a) [test]!*@:,;?#&", "\u{1f600}"] {
        let sample = try SampleFile(10, name: name)
        try await stub.destination().ship(sample.file)
        #expect(stub.object("flows/\(name)")?.octets == sample.octets, "\(name)")
      }
    }
  }

  // MARK: Existing objects

  @Test("the same file again is taken for shipped, whole or in parts", arguments: services, [1000, 100_000])
  func again(service: ObjectStorageOptions.Service, octets: Int) async throws {
    try await ObjectStoreStub.run(service) { stub in
      let sample = try SampleFile(octets)
      // Simulates another process each time.
      for _ in 0..<2 { try await stub.destination().ship(sample.file) }
      #expect(stub.object(SampleFile.key)?.octets == sample.octets)
      // OSS gets a HEAD request first, until it is known whether it honours the condition.
      let puts = service == .oss ? 1 : 2
      #expect(stub.count(.put) == (octets > ObjectStoreStub.part ? 0 : puts))
      #expect(stub.state.withLock { $0.uploads.isEmpty })
    }
  }

  @Test("another object of the name is left alone, and the file set aside", arguments: services, [1000, 100_000])
  func another(service: ObjectStorageOptions.Service, octets: Int) async throws {
    try await ObjectStoreStub.run(service) { stub in
      let sample = try SampleFile(octets)
      for other in [try SampleFile(octets, seed: 2).octets, Array(sample.octets.dropLast())] {
        stub.state.withLock { $0.objects[SampleFile.key] = .init(octets: other) }
        let failure = await failure(try stub.destination(), sample.file)
        #expect(failure?.remedy == .setAside)
        #expect(failure?.reason.contains(SampleFile.key) == true)
        #expect(failure?.reason.contains("not changed") == true)
        #expect(stub.object(SampleFile.key)?.octets == other)
      }
    }
  }

  @Test("an object that appears while parts are sent is not overwritten", arguments: services)
  func rival(service: ObjectStorageOptions.Service) async throws {
    try await ObjectStoreStub.run(service) { stub in
      let sample = try SampleFile(100_000)
      let other = try SampleFile(100_000, seed: 2).octets
      stub.inject(.rival(other), into: .complete)
      let failure = await failure(try stub.destination(), sample.file)
      #expect(failure?.remedy == .setAside)
      #expect(stub.object(SampleFile.key)?.octets == other)
      #expect(stub.state.withLock { $0.uploads.isEmpty })
    }
  }

  @Test("an object that somebody copied is known by its MD5; one that nothing identifies is left alone")
  func foreign() async throws {
    try await ObjectStoreStub.run { stub in
      let sample = try SampleFile(1000)
      stub.state.withLock { $0.objects[SampleFile.key] = .init(octets: sample.octets) }
      try await stub.destination().ship(sample.file)
      stub.state.withLock { $0.objects[SampleFile.key] = .init(octets: sample.octets, headers: ["etag": "\"x-2\""]) }
      let failure = await failure(try stub.destination(), sample.file)
      #expect(failure?.remedy == .setAside)
      #expect(failure?.reason.contains("without a checksum") == true)
    }
  }

  @Test("credentials that may not read make a file wait when an object has to be compared")
  func writeOnly() async throws {
    try await ObjectStoreStub.run { stub in
      let sample = try SampleFile(100_000)
      stub.state.withLock { $0.isWriteOnly = true }
      try await stub.destination().ship(sample.file)
      #expect(stub.object(SampleFile.key)?.octets == sample.octets)
      let failure = await failure(try stub.destination(), sample.file)
      #expect(failure?.remedy == .wait)
      #expect(failure?.reason.contains("cannot be compared") == true)
    }
  }

  @Test(
    "a server that does not know the condition is asked whether the object is there, and that is logged once",
    arguments: [(501, "NotImplemented"), (501, "")])
  func noConditions(status: Int, code: String) async throws {
    try await ObjectStoreStub.run { stub in
      stub.state.withLock { $0.conditionError = (status, code) }
      let log = LogLines()
      let destination = try stub.destination(logger: log.logger)
      let (first, second) = (try SampleFile(1000), try SampleFile(1000, seed: 2, name: "second"))
      for file in [first, second, second] { try await destination.ship(file.file) }
      #expect(stub.object(SampleFile.key)?.octets == first.octets)
      #expect(stub.object("flows/second")?.octets == second.octets)
      #expect(stub.count(.put) == 3)
      #expect(log.lines.filter { $0.contains("if-none-match") }.count == 1)
      let other = try SampleFile(1000, seed: 3)
      let failure = await failure(destination, other.file)
      #expect(failure?.remedy == .setAside)
    }
  }

  // MARK: Cut connections

  @Test(
    "after a cut connection the next try finds what there is",
    arguments: services, [ObjectStoreStub.Operation.put, .begin, .part(2), .complete, .head, .list])
  func cuts(service: ObjectStorageOptions.Service, operation: ObjectStoreStub.Operation) async throws {
    for isBefore in [true, false] {
      try await ObjectStoreStub.run(service) { stub in
        let sample = try SampleFile(operation == .put ? 60_000 : 150_000)
        let destination = try stub.destination()
        stub.inject(isBefore ? .cutBeforeBody : .cutAfterBody, into: operation)
        if let failure = await failure(destination, sample.file) {
          #expect(failure.remedy == .retry, "\(failure)")
          try await destination.ship(sample.file)
        } else {
          // Parts are retried immediately.
          #expect(operation == .part(2))
        }
        #expect(stub.object(SampleFile.key)?.octets == sample.octets)
        #expect(stub.state.withLock { $0.uploads.isEmpty })
        #expect(stub.state.withLock { $0.objects.count } == 1)
      }
    }
  }

  @Test("a request without an answer fails after its timeout")
  func silence() async throws {
    try await ObjectStoreStub.run { stub in
      let sample = try SampleFile(1000)
      stub.inject(.silence, into: .put)
      let failure = await failure(try stub.destination { $0.timeout = 1 }, sample.file)
      #expect(failure?.remedy == .retry)
      #expect(failure?.reason.contains("no answer") == true)
    }
  }

  @Test("a port where nothing listens is a reason to try again, named")
  func refused() async throws {
    let destination = try await ObjectStoreStub.run { stub in try stub.destination() }
    let sample = try SampleFile(1000)
    let failure = await failure(destination, sample.file)
    #expect(failure?.remedy == .retry)
    #expect(failure?.reason.contains("cannot connect") == true)
  }

  @Test("a stop ends a file on its way, and removes the parts that arrived")
  func cancelled() async throws {
    try await ObjectStoreStub.run { stub in
      let sample = try SampleFile(150_000)
      let destination = try stub.destination()
      stub.inject(.silence, into: .part(3))
      let task = Task { try await destination.ship(sample.file) }
      while stub.count(.part(3)) == 0 { try await Task.sleep(for: .milliseconds(5)) }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(stub.state.withLock { $0.uploads.isEmpty })
      #expect(stub.object(SampleFile.key) == nil)
    }
  }

  // MARK: Errors

  @Test("errors are passed on with remedy and reason, and the next try succeeds", arguments: services)
  func errors(service: ObjectStorageOptions.Service) async throws {
    try await ObjectStoreStub.run(service) { stub in
      let sample = try SampleFile(1000)
      let destination = try stub.destination()
      for (status, code, remedy) in [
        (503, "SlowDown", ShippingFailure.Remedy.retry), (500, "InternalError", .retry), (404, "NoSuchBucket", .wait),
        (403, "AccessDenied", .wait), (403, "QuotaExceeded", .wait), (400, "EntityTooLarge", .setAside),
      ] {
        stub.inject(.error(status, code), into: .put)
        let failure = await failure(destination, sample.file)
        #expect(failure?.remedy == remedy, "\(code)")
        #expect(failure?.reason.contains(code) == true)
        #expect(failure?.reason.contains("R-\(code)") == true)
      }
      try await destination.ship(sample.file)
      #expect(stub.object(SampleFile.key)?.octets == sample.octets)
    }
  }

  @Test("wrong credentials are waited for, and no message has the secret", arguments: services)
  func credentials(service: ObjectStorageOptions.Service) async throws {
    try await ObjectStoreStub.run(service) { stub in
      let sample = try SampleFile(1000)
      let failure = await failure(try stub.destination(secret: "WRONG-VERYSECRET"), sample.file)
      #expect(failure?.remedy == .wait)
      #expect(failure?.reason.contains("SignatureDoesNotMatch") == true)
      #expect(failure?.reason.contains("VERYSECRET") == false)
      #expect(stub.state.withLock { $0.objects.isEmpty })
    }
  }

  @Test("what did not arrive as it was sent does not stay, and comes again", arguments: services, [1000, 100_000])
  func damage(service: ObjectStorageOptions.Service, octets: Int) async throws {
    try await ObjectStoreStub.run(service) { stub in
      let sample = try SampleFile(octets)
      let destination = try stub.destination()
      stub.inject(.wrongChecksum, into: octets > ObjectStoreStub.part ? .part(1) : .put, times: 3)
      let failure = await failure(destination, sample.file)
      #expect(failure?.remedy == .retry)
      #expect(stub.object(SampleFile.key) == nil)
      if octets <= ObjectStoreStub.part {
        for _ in 0..<2 { _ = await ObjectStorageTests.failure(destination, sample.file) }
      }
      try await destination.ship(sample.file)
      #expect(stub.object(SampleFile.key)?.octets == sample.octets)
    }
  }

  // MARK: Parts

  @Test("a large file goes in parts, two at a time, and is one object", arguments: services)
  func parts(service: ObjectStorageOptions.Service) async throws {
    try await ObjectStoreStub.run(service) { stub in
      let sample = try SampleFile(200_007)
      try await stub.destination().ship(sample.file)
      #expect(stub.object(SampleFile.key)?.octets == sample.octets)
      #expect((1...4).map { stub.count(.part($0)) } == [1, 1, 1, 1])
      #expect(stub.count(.put) == 0)
      #expect(stub.state.withLock { $0.atOnce.most } <= 2)
    }
  }

  @Test("a part that fails is tried again in place; one that fails for good ends the upload, and nothing stays")
  func failingPart() async throws {
    try await ObjectStoreStub.run { stub in
      let sample = try SampleFile(150_000)
      let destination = try stub.destination()
      stub.inject(.error(503, "SlowDown"), into: .part(2), times: 2)
      try await destination.ship(sample.file)
      #expect(stub.count(.part(2)) == 3)
      #expect(stub.count(.begin) == 1)
      let second = try SampleFile(150_000, seed: 2, name: "second")
      stub.inject(.error(500, "InternalError"), into: .part(3), times: 3)
      let failure = await failure(destination, second.file)
      #expect(failure?.remedy == .retry)
      #expect(stub.state.withLock { $0.uploads.isEmpty })
      #expect(stub.object("flows/second") == nil)
      stub.inject(.error(403, "AccessDenied"), into: .part(1))
      #expect(await ObjectStorageTests.failure(destination, second.file)?.remedy == .wait)
      try await destination.ship(second.file)
      #expect(stub.object("flows/second")?.octets == second.octets)
    }
  }

  @Test("what a collector that was killed has left of the same object is removed, and no other upload")
  func leftovers() async throws {
    try await ObjectStoreStub.run { stub in
      let sample = try SampleFile(100_000)
      stub.state.withLock { state in
        state.uploads["left"] = .init(key: SampleFile.key, headers: [:], parts: [1: [1]])
        state.uploads["other"] = .init(key: SampleFile.key + "2", headers: [:], parts: [1: [1]])
      }
      try await stub.destination().ship(sample.file)
      #expect(stub.state.withLock { Array($0.uploads.keys) } == ["other"])
    }
  }

  @Test(
    "where uploads cannot be listed, leftovers are looked for again if that may pass, and else left to the bucket's rules",
    arguments: [(503, "SlowDown", true), (403, "AccessDenied", false), (501, "NotImplemented", false)])
  func leftoversThatCannotBeListed(status: Int, code: String, mayPass: Bool) async throws {
    try await ObjectStoreStub.run { stub in
      let sample = try SampleFile(100_000)
      stub.state.withLock { $0.uploads["left"] = .init(key: SampleFile.key, headers: [:], parts: [1: [1]]) }
      stub.inject(.error(status, code), into: .list)
      let destination = try stub.destination()
      let failure = await failure(destination, sample.file)
      #expect(failure?.remedy == (mayPass ? .retry : nil))
      #expect(stub.count(.begin) == (mayPass ? 0 : 1))
      if mayPass { try await destination.ship(sample.file) }
      #expect(stub.object(SampleFile.key)?.octets == sample.octets)
      #expect(stub.state.withLock { Array($0.uploads.keys) } == (mayPass ? [] : ["left"]))
    }
  }

  @Test("an error that comes with 200 at the end of an upload is an error")
  func lateError() async throws {
    try await ObjectStoreStub.run { stub in
      let sample = try SampleFile(100_000)
      let destination = try stub.destination()
      stub.inject(.lateError("InternalError"), into: .complete)
      #expect(await failure(destination, sample.file)?.remedy == .retry)
      #expect(stub.object(SampleFile.key) == nil)
      try await destination.ship(sample.file)
      #expect(stub.object(SampleFile.key)?.octets == sample.octets)
    }
  }

  // MARK: The test command

  @Test("a test writes, reads and removes an object, and shows that none is overwritten", arguments: services)
  func check(service: ObjectStorageOptions.Service) async throws {
    try await ObjectStoreStub.run(service) { stub in
      let lines = try await stub.destination().test()
      for word in ["credentials: the test", "written", "refused, as it should be", "checksum are right", "removed"] {
        #expect(lines.contains { $0.contains(word) }, "\(lines)")
      }
      #expect(stub.state.withLock { $0.objects.isEmpty })
    }
  }

  private static func lines(_ stub: ObjectStoreStub) async throws -> String {
    try await stub.destination().test().joined(separator: "\n")
  }

  @Test("a test shows what the server does not do")
  func checkWithout() async throws {
    try await ObjectStoreStub.run { stub in
      stub.state.withLock { $0.ignoresConditions = true }
      let ignoring = try await Self.lines(stub)
      #expect(ignoring.contains("ignores if-none-match"))
      stub.state.withLock { ($0.ignoresConditions, $0.conditionError) = (false, (501, "NotImplemented")) }
      let refusing = try await Self.lines(stub)
      #expect(refusing.contains("looked up before"))
      stub.state.withLock { ($0.conditionError, $0.isWriteOnly) = (nil, true) }
      let writing = try await Self.lines(stub)
      #expect(writing.contains("cannot be read"))
      stub.inject(.error(404, "NoSuchBucket"), into: .bucket)
      let failure = await #expect(throws: ShippingFailure.self) { try await stub.destination().test() }
      #expect(failure?.remedy == .wait)
    }
  }
}

/// Logged lines.
final class LogLines: Sendable {
  private let text = Mutex<[String]>([])

  var lines: [String] { text.withLock { $0 } }

  var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

  private struct Handler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      lines.text.withLock { $0.append("\(event.message)") }
    }
  }
}
