import CloudAPI
import Foundation
import Shipping
import Synchronization
import TestSupport
import Testing

import ObjectStorage

@Suite("What an object store leaves in doubt is looked at before anything is done", .tags(.network), .unlessFast)
struct DoubtTests {
  @Test("a bucket that keeps versions, for which OSS ignores the condition, is asked whether the object is there")
  func versions() async throws {
    try await ObjectStoreStub.run(.oss) { stub in
      stub.state.withLock { $0.ignoresConditions = true }
      let log = LogLines()
      let (first, second) = (try SampleFile(1000), try SampleFile(1000, seed: 2, name: "second"))
      // The second time as after a restart.
      for _ in 0..<2 {
        let destination = try stub.destination(logger: log.logger)
        for file in [first, second, second] { try await destination.ship(file.file) }
      }
      #expect(stub.count(.put) == 2)
      let other = try SampleFile(1000, seed: 3)
      #expect(await failure(try stub.destination(), other.file)?.remedy == .setAside)
      #expect(stub.object(SampleFile.key)?.octets == first.octets)
      #expect(log.lines.filter { $0.contains("keeps versions") }.count == 1)
    }
  }

  @Test(
    "an upload whose end has no answer is left alone until the next try has looked",
    arguments: DestinationTests.services)
  func unknownEnd(service: ObjectStorageOptions.Service) async throws {
    for isDone in [true, false] {
      try await ObjectStoreStub.run(service) { stub in
        let sample = try SampleFile(150_000)
        let destination = try stub.destination()
        stub.inject(isDone ? .cutAfterBody : .cutBeforeBody, into: .complete)
        #expect(await failure(destination, sample.file)?.remedy == .retry)
        #expect(stub.count(.abort) == 0)
        try await destination.ship(sample.file)
        #expect(stub.count(.abort) == (isDone ? 0 : 1))
        #expect(stub.object(SampleFile.key)?.octets == sample.octets)
        #expect(stub.state.withLock { $0.uploads.isEmpty })
      }
    }
  }

  @Test("where a server drops metadata, what came in parts is known by the MD5s of its parts")
  func droppedMetadata() async throws {
    try await ObjectStoreStub.run { stub in
      stub.state.withLock { $0.dropsMetadata = true }
      let sample = try SampleFile(150_000)
      for _ in 0..<2 { try await stub.destination().ship(sample.file) }
      #expect(stub.count(.begin) == 1)
      // A different file, and the same file with another part length: nothing proves that it is the same.
      let others = [(try SampleFile(150_000, seed: 2), ObjectStoreStub.part), (sample, 60_000), (sample, 40_000)]
      for (other, length) in others {
        let failure = await failure(try stub.destination { $0.partLength = UInt64(length) }, other.file)
        #expect(failure?.remedy == .setAside)
        #expect(failure?.reason.contains("without a checksum") == true)
        #expect(stub.object(SampleFile.key)?.octets == sample.octets)
      }
      let whole = try SampleFile(1000, name: "whole")
      for _ in 0..<2 { try await stub.destination().ship(whole.file) }
      #expect(stub.object("flows/whole")?.octets == whole.octets)
    }
  }

  @Test("an upload that the server reports nothing but the size of is shipped once its parts have arrived")
  func nothingToCompare() async throws {
    try await ObjectStoreStub.run { stub in
      stub.state.withLock { ($0.dropsMetadata, $0.hasOwnTags) = (true, true) }
      let sample = try SampleFile(150_000)
      try await stub.destination().ship(sample.file)
      #expect(stub.object(SampleFile.key)?.octets == sample.octets)
      let failure = await failure(try stub.destination(), sample.file)
      #expect(failure?.remedy == .setAside)
    }
  }

  @Test("what is remembered of objects that may be there is bounded")
  func uncertain() async throws {
    let destination = try await ObjectStoreStub.run { stub in try stub.destination() }
    let sample = try SampleFile(10)
    for number in 0..<ObjectDestination.maximumUncertain + 10 {
      let file = CommittedFile(name: "\(number)", path: sample.file.path, octets: sample.file.octets)
      #expect(await failure(destination, file)?.remedy == .retry)
    }
    #expect(destination.uncertainCount == ObjectDestination.maximumUncertain)
  }

  /// Counts how often credentials are requested.
  private final class CountedSource: CredentialSource {
    private let asked = Mutex(0)

    var count: Int { asked.withLock { $0 } }

    func credentials() async throws(CredentialError) -> Credentials? {
      asked.withLock { $0 += 1 }
      return Credentials(
        accessKeyID: ObjectStoreStub.accessKeyID, accessKeySecret: ObjectStoreStub.accessKeySecret, source: "the test")
    }
  }

  @Test("credentials that are refused are asked for again, also where the answer cannot say so")
  func refusedCredentials() async throws {
    try await ObjectStoreStub.run { stub in
      let source = CountedSource()
      let destination = try stub.destination(source)
      // The first request of a multipart upload, and of a single one.
      for (operation, octets) in [(ObjectStoreStub.Operation.head, 150_000), (.put, 1000)] {
        let sample = try SampleFile(octets, name: "\(octets)")
        let before = source.count
        stub.inject(.error(400, "ExpiredToken"), into: operation)
        #expect(await failure(destination, sample.file)?.remedy == .wait)
        try await destination.ship(sample.file)
        #expect(source.count == max(before, 1) + 1)
      }
    }
  }
}
