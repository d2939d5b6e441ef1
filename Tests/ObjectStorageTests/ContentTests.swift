import CloudAPI
import Crypto
import Foundation
import NIOPosix
import Shipping
import Synchronization
import TestSupport
import Testing

import ObjectStorage

@Suite("Checksums of files, XML of answers, addresses of buckets")
struct ContentTests {
  @Test("the CRC-64 is that of XZ, whatever pieces it is computed of")
  func crc64() {
    // The check value of CRC-64/XZ.
    var check = CRC64()
    check.update(Array("123456789".utf8))
    #expect(check.value == 0x995d_c9bb_df19_39fa)
    #expect(CRC64().value == 0)
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let octets = (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      var whole = CRC64()
      whole.update(octets)
      var slow = ~UInt64(0)
      for octet in octets {
        slow ^= UInt64(octet)
        for _ in 0..<8 { slow = slow >> 1 ^ (slow & 1 == 1 ? 0xc96c_5795_d787_0f42 : 0) }
      }
      #expect(whole.value == ~slow)
      let cut = Int.random(in: 0...octets.count, using: &random)
      var pieces = CRC64()
      pieces.update(Array(octets[..<cut]))
      pieces.update(Array(octets[cut...]))
      #expect(pieces.value == whole.value)
    }
  }

  @Test(
    "a range of a file has the checksums of its octets",
    arguments: [0..<0, 0..<1, 3..<300_000, 262_144..<600_001, 5..<2_400_001])
  func ranges(range: Range<Int>) async throws {
    let sample = try SampleFile(2_400_001)
    let digest = try await ContentDigest(
      sample.file.path, UInt64(range.lowerBound)..<UInt64(range.upperBound), [.sha256, .md5, .crc64])
    let octets = Array(sample.octets[range])
    #expect(digest.sha256 == Data(SHA256.hash(data: octets)))
    #expect(digest.md5 == Data(Insecure.MD5.hash(data: octets)))
    var crc = CRC64()
    crc.update(octets)
    #expect(digest.crc64 == crc.value)
  }

  private final class Counter: Sendable {
    private let value = Mutex(0)

    var count: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
  }

  @Test("large files whose checksums are computed hold up nothing else that waits for a disk, and can be cancelled")
  func turns() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([UInt8](), as: "large")
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.truncate(atOffset: 1 << 30)
    try file.close()
    let ended = Counter()
    await withDiscardingTaskGroup { group in
      for _ in 0..<4 * ProcessInfo.processInfo.activeProcessorCount {
        group.addTask {
          if (try? await ContentDigest(path, 0..<1 << 30, .sha256)) != nil { ended.add() }
        }
      }
      // The thread pool runs jobs of a thread in order.
      for _ in 0..<20 { try? await NIOThreadPool.singleton.runIfActive {} }
      #expect(ended.count == 0)
      group.cancelAll()
    }
    #expect(ended.count == 0)
  }

  @Test("a file that is shorter than it was, or gone, is a failure of that file")
  func shortFile() async throws {
    let sample = try SampleFile(1000)
    let short = await #expect(throws: ShippingFailure.self) {
      try await ContentDigest(sample.file.path, 0..<1001, .sha256)
    }
    #expect(short?.remedy == .setAside)
    try sample.remove()
    let missing = await #expect(throws: ShippingFailure.self) {
      try await ContentDigest(sample.file.path, 0..<1000, .sha256)
    }
    #expect(missing?.remedy == .setAside)
    #expect(missing?.reason.contains("retention") == true)
  }

  // MARK: XML

  @Test("elements are read with their texts, entities resolved, and nothing else")
  func xml() throws {
    let text = """
      \u{feff}<?xml version="1.0" encoding="UTF-8"?>
      <!-- a > comment -->
      <ListMultipartUploadsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
        <Prefix/><Upload a="b"><Key>a&amp;b &lt;&#233;&#x1f600;&gt;&quot;&apos;</Key><UploadId><![CDATA[<x>&]]></UploadId></Upload>
        <Upload><Key>c</Key><UploadId>2</UploadId></Upload ><?pi?>
      </ListMultipartUploadsResult>

      """
    let element = try #require(XMLElement(Array(text.utf8)))
    #expect(element.name == "ListMultipartUploadsResult")
    #expect(element.children.map(\.name) == ["Prefix", "Upload", "Upload"])
    #expect(element.children[1]["Key"] == "a&b <é\u{1f600}>\"'")
    #expect(element.children[1]["UploadId"] == "<x>&")
    #expect(element.children[2]["Key"] == "c")
    #expect(element["Prefix"] == "")
    #expect(element["Other"] == nil)
  }

  @Test(
    "what is not well-formed is nothing",
    arguments: [
      "", "x", "<a>", "<a></b>", "<a>&x;</a>", "<a>&amp</a>", "<a/><b/>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a/>", "<a",
      "<1/>", "<a><!-- </a>", "<a>&#xd800;</a>", "<html><body><br></body></html>",
      String(repeating: "<a>", count: 100) + String(repeating: "</a>", count: 100),
    ])
  func malformed(text: String) { #expect(XMLElement(Array(text.utf8)) == nil) }

  @Test("random changes of an answer never trap")
  func randomXML() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let text = Array(
      "<?xml version=\"1.0\"?><Error><Code>Slow&amp;Down</Code><![CDATA[x]]><Message>é</Message></Error>".utf8)
    var read = 0
    for _ in 0..<5_000 {
      var changed = text
      for _ in 0...Int.random(in: 0...3, using: &random) {
        let place = Int.random(in: 0..<changed.count, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: changed[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: changed.remove(at: place)
        default: changed.insert(contentsOf: [UInt8(ascii: "<"), UInt8(ascii: "&")].prefix(1), at: place)
        }
      }
      if XMLElement(changed) != nil { read += 1 }
    }
    #expect(read > 0)
  }

  // MARK: Addresses

  struct Address: CustomTestStringConvertible, Sendable {
    var service = ObjectStorageOptions.Service.s3
    var endpoint = ""
    var region = ""
    var bucket = "lake"
    var isPathStyle = false
    var url: String
    var testDescription: String { url }
  }

  @Test(
    "an object's address follows from service, endpoint, region and style",
    arguments: [
      Address(region: "eu-central-1", url: "https://lake.s3.eu-central-1.amazonaws.com/date%3D2026/a%20b"),
      Address(region: "cn-north-1", url: "https://lake.s3.cn-north-1.amazonaws.com.cn/date%3D2026/a%20b"),
      Address(
        region: "eu-central-1", isPathStyle: true, url: "https://s3.eu-central-1.amazonaws.com/lake/date%3D2026/a%20b"),
      Address(
        region: "eu-central-1", bucket: "lake.example",
        url: "https://s3.eu-central-1.amazonaws.com/lake.example/date%3D2026/a%20b"),
      Address(endpoint: "http://10.0.0.1:9000", url: "http://10.0.0.1:9000/lake/date%3D2026/a%20b"),
      Address(endpoint: "https://[2001:db8::1]:9000", url: "https://[2001:db8::1]:9000/lake/date%3D2026/a%20b"),
      Address(endpoint: "http://minio.example:9000", url: "http://lake.minio.example:9000/date%3D2026/a%20b"),
      Address(
        endpoint: "http://minio.example:9000", isPathStyle: true,
        url: "http://minio.example:9000/lake/date%3D2026/a%20b"),
      Address(
        service: .oss, region: "cn-hangzhou", url: "https://lake.oss-cn-hangzhou.aliyuncs.com/date%3D2026/a%20b"),
      Address(
        service: .oss, endpoint: "oss-cn-hangzhou-internal.aliyuncs.com",
        url: "https://lake.oss-cn-hangzhou-internal.aliyuncs.com/date%3D2026/a%20b"),
    ])
  func addresses(address: Address) throws {
    var options = ObjectStorageOptions()
    (options.service, options.endpoint, options.region) = (address.service, address.endpoint, address.region)
    (options.bucket, options.isPathStyle) = (address.bucket, address.isPathStyle)
    let location = try ObjectLocation(options)
    #expect(location.base + location.path("date=2026/a b") == address.url)
    #expect(location.resource("date=2026/a b") == "/\(address.bucket)/date%3D2026/a%20b")
    let expected = address.service == .oss ? "cn-hangzhou" : address.region.isEmpty ? "us-east-1" : address.region
    #expect(location.region == expected)
  }

  struct Mistake: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var name: String
    var change: @Sendable (inout ObjectStorageOptions) -> Void
  }

  @Test(
    "a wrong option is reported by its name",
    arguments: [
      Mistake(testDescription: "no bucket", name: "bucket") { $0.bucket = "" },
      Mistake(testDescription: "a bucket with a slash", name: "bucket") { $0.bucket = "a/b" },
      Mistake(testDescription: "neither region nor endpoint", name: "region") { $0.region = "" },
      Mistake(testDescription: "a region with a dot", name: "region") { $0.region = "a.b" },
      Mistake(testDescription: "an endpoint with a path", name: "endpoint") { $0.endpoint = "https://host/path" },
      Mistake(testDescription: "an endpoint of another scheme", name: "endpoint") { $0.endpoint = "ftp://host" },
      Mistake(testDescription: "a prefix with a slash in front", name: "prefix") { $0.prefix = "/flows/" },
      Mistake(testDescription: "a prefix with a line break", name: "prefix") { $0.prefix = "a\nb" },
      Mistake(testDescription: "parts too small", name: "partSize") { $0.partLength = 1 << 20 },
      Mistake(testDescription: "parts too large", name: "partSize") { $0.partLength = 6 << 30 },
    ])
  func mistakes(mistake: Mistake) throws {
    var options = ObjectStorageOptions()
    (options.bucket, options.region) = ("lake", "eu-central-1")
    try options.check()
    mistake.change(&options)
    let error = #expect(throws: ParameterError.self) { try options.check() }
    #expect(error?.name == mistake.name)
  }

  @Test("parts have the wanted length, or as much more as keeps their number within 10,000")
  func parts() {
    #expect(ObjectDestination.parts(of: 10, length: 4) == [0..<4, 4..<8, 8..<10])
    #expect(ObjectDestination.parts(of: 8, length: 4) == [0..<4, 4..<8])
    let many = ObjectDestination.parts(of: 1 << 40, length: 5 << 20)
    #expect(many.count <= 10_000)
    #expect(many[0].count == 105 << 20)
    #expect(many.last?.upperBound == 1 << 40)
  }
}
