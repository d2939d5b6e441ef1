import Capture
import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite("Damaged and unsupported capture files")
struct CaptureErrorTests {
  static func openError(_ path: String) -> CaptureError? {
    do throws(CaptureError) {
      _ = try CaptureFile(path: path)
      return nil
    } catch {
      return error
    }
  }

  @Test("A missing file and a folder are named with the system's reason")
  func missing() throws {
    let missing = try #require(Self.openError("/nonexistent/x.pcap"))
    #expect(missing.isMissing)
    #expect("\(missing)" == "cannot open /nonexistent/x.pcap: No such file or directory")
    let folder = try #require(Self.openError(FileManager.default.temporaryDirectory.path))
    #expect("\(folder)".hasSuffix(": Is a directory"))
  }

  @Test("An empty file is told from one that is no capture")
  func notACapture() throws {
    let empty = try TemporaryFile([])
    #expect(Self.openError(empty.path)?.reason == .empty)
    let text = try TemporaryFile(Array("time,source\n".utf8))
    #expect(Self.openError(text.path)?.reason == .notACapture(detail: "unknown file format"))
    for beginning in [[0x0a], Array("\nhello, world".utf8), [0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 1, 2, 3, 4]] {
      let file = try TemporaryFile(beginning)
      #expect(Self.openError(file.path)?.reason == .notACapture(detail: "unknown file format"))
    }
    let short = try TemporaryFile(Array(PcapWriter().file([])[..<20]))
    #expect("\(try #require(Self.openError(short.path)))".contains("is not a pcap or pcapng capture"))
  }

  @Test(
    "A compressed capture is named as such",
    arguments: [("gzip", [0x1f, 0x8b, 8]), ("zstd", [0x28, 0xb5, 0x2f, 0xfd]), ("xz", [0xfd, 0x37])])
  func compressed(_ program: String, _ octets: [UInt8]) throws {
    let file = try TemporaryFile(octets)
    let error = try #require(Self.openError(file.path))
    #expect(
      "\(error)" == "\(file.path) is compressed: decompress it first, with `\(program) -dc` and a pipe to `-`")
  }

  static let frames = (0..<3).map { WrittenFrame(octets: CaptureFileTests.frame($0), ticks: UInt64($0)) }

  static func pcapng(bigEndian: Bool) -> [UInt8] {
    let writer = PcapngWriter(bigEndian: bigEndian)
    return writer.section() + writer.interface(link: 1) + writer.block(4, pattern(40))
      + frames.flatMap { writer.enhanced($0) }
  }

  /// A file that, truncated anywhere except at `ends`, ends inside a frame or block.
  struct Whole: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var octets: [UInt8]
    /// The shortest truncation that can be opened.
    var beginning: Int
    /// End offsets of the file header, of blocks without frames, and of frames.
    var ends: [Int]
    /// Number of `ends` that belong to no frame.
    var headers: Int

    func frames(before length: Int) -> Int { max(0, ends.count { $0 <= length } - headers) }
  }

  static func ends(_ headers: [Int], frame size: (Int) -> Int) -> [Int] {
    frames.reduce(into: headers) { ends, frame in ends.append((ends.last ?? 0) + size(frame.octets.count)) }
  }

  static let wholes: [Whole] = {
    let pcapng = ends([28, 48, 100]) { 36 + ($0 + 3) / 4 * 4 }
    return [
      Whole(
        testDescription: "pcap", octets: PcapWriter().file(frames), beginning: 24, ends: ends([24]) { 16 + $0 },
        headers: 1),
      Whole(
        testDescription: "pcapng", octets: Self.pcapng(bigEndian: false), beginning: 12, ends: pcapng, headers: 3),
      Whole(
        testDescription: "pcapng big-endian", octets: Self.pcapng(bigEndian: true), beginning: 12, ends: pcapng,
        headers: 3),
    ]
  }()

  @Test(
    "A file cut at any octet gives the frames before the cut, and then one error that says where", arguments: wholes)
  func cut(_ whole: Whole) throws {
    #expect(whole.ends.last == whole.octets.count)
    for length in whole.beginning...whole.octets.count {
      let reading = try CaptureFileTests.read(Array(whole.octets[..<length]))
      let frames = whole.frames(before: length)
      #expect(reading.datagrams == CaptureFileTests.expected(0..<frames) { Int64($0) * 1000 })
      if whole.ends.contains(length) {
        #expect(reading.error == nil)
      } else {
        let error = try #require(reading.error)
        #expect(error.reason == .cut)
        #expect(error.frames == frames)
        #expect(error.offset == whole.ends.last { $0 <= length } ?? 0)
      }
    }
  }

  @Test("The text of a cut says file, place and what is still good")
  func cutText() throws {
    let file = try TemporaryFile(PcapWriter().file(Self.frames).dropLast())
    let error = try #require(try CaptureFileTests.read(path: file.path).error)
    #expect(
      "\(error)" == "\(file.path) ends inside a frame at byte 181, after 2 frames: "
        + "the capture is truncated; the frames before it are valid")
  }

  @Test("An impossible frame length in a pcap file is damage, after the frames before it")
  func damagedPcap() throws {
    var file = PcapWriter().file(Self.frames)
    file[24 + 16 + 62 + 8 + 3] = 0x7f
    let reading = try CaptureFileTests.read(file)
    #expect(reading.datagrams.count == 1)
    guard case .damaged(let detail) = reading.error?.reason else {
      Issue.record("\(String(describing: reading.error))")
      return
    }
    #expect(detail.contains("invalid packet capture length"))
    #expect(reading.error?.offset == 102)
  }

  static let little = PcapngWriter()
  static let good = little.section() + little.interface(link: 1) + little.enhanced(frames[0])

  struct Damage: CustomTestStringConvertible {
    /// The detail of the error.
    var testDescription: String
    var file: [UInt8]

    init(_ words: String, _ blocks: [UInt8]) {
      testDescription = words
      file = good + blocks
    }
  }

  @Test(
    "Impossible pcapng blocks are damage, after the frames before them",
    arguments: [
      Damage("block length", le(UInt32(6)) + le(UInt32(8)) + le(UInt32(8))),
      Damage("block length", le(UInt32(6)) + le(UInt32(33)) + pattern(33)),
      Damage("17825792 bytes", le(UInt32(6)) + le(UInt32(17 << 20)) + pattern(64)),
      Damage("two lengths", Array(little.enhanced(frames[0]).dropLast(4)) + le(UInt32(104))),
      Damage("interface 1", little.enhanced(WrittenFrame(octets: pattern(60), interface: 1))),
      Damage("interface 1", little.packet(WrittenFrame(octets: pattern(60), interface: 1))),
      Damage("interface 0", little.section() + little.simple(pattern(60))),
      Damage("longer than its block", little.block(6, le(UInt64(0)) + le(UInt32(0)) + le(UInt32(9)) + le(UInt32(9)))),
      Damage("longer than its block", little.block(3, le(UInt32(9)) + pattern(4))),
      Damage("too short", little.block(6, pattern(16))),
      Damage("too short", little.block(2, pattern(16))),
      Damage("too short", little.block(3, [])),
      Damage("too short", little.block(1, pattern(4))),
      Damage("too short", little.block(0x0a0d_0d0a, le(UInt32(0x1a2b_3c4d)))),
      Damage("byte order", little.block(0x0a0d_0d0a, pattern(16))),
      Damage("version 2", little.section(version: 2)),
      Damage("time resolution 20", little.interface(link: 1, options: [PcapngWriter.resolution(20)])),
      Damage("time resolution 192", little.interface(link: 1, options: [PcapngWriter.resolution(0xc0)])),
    ])
  func damagedPcapng(_ damage: Damage) throws {
    let reading = try CaptureFileTests.read(damage.file)
    #expect(reading.datagrams.count == 1)
    guard case .damaged(let detail) = reading.error?.reason else {
      Issue.record("\(String(describing: reading.error))")
      return
    }
    #expect(detail.contains(damage.testDescription))
  }

  @Test("Mutated files never trap", arguments: wholes)
  func mutated(_ whole: Whole) throws {
    let seed = UInt64(whole.octets.count)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<400 {
      let octets = FrameFuzzTests.mutate(whole.octets, &random)
      let file = try TemporaryFile(octets)
      guard Self.openError(file.path) == nil else { continue }
      let reading = try CaptureFileTests.read(path: file.path)
      #expect(reading.octetsRead <= octets.count + 65_536, "seed \(seed)")
    }
  }
}
