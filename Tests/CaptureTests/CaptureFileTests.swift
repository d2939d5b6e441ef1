import Capture
import Foundation
import Glibc
import NetworkBytes
import TestSupport
import Testing

@Suite("Capture files")
struct CaptureFileTests {
  /// Everything read from a capture, up to its end or an error.
  struct Reading {
    var datagrams: [Delivered] = []
    var counters = CaptureCounters()
    var error: CaptureError?
    var octetsRead = 0
    var totalOctets: Int?
  }

  struct Delivered: Equatable {
    var source: String
    var payload: [UInt8]
    var arrival: Int64
  }

  static func read(_ octets: [UInt8]) throws -> Reading {
    let file = try TemporaryFile(octets)
    return try read(path: file.path)
  }

  static func read(path: String) throws -> Reading {
    var capture = try CaptureFile(path: path)
    var reading = Reading()
    do throws(CaptureError) {
      while try capture.next() {
        let datagram = capture.datagram
        reading.datagrams.append(
          Delivered(source: "\(datagram.source)", payload: datagram.bytes.copied(), arrival: datagram.arrival))
      }
    } catch {
      reading.error = error
      #expect(try !capture.next(), "an error is reported once")
    }
    reading.counters = capture.counters
    reading.octetsRead = capture.octetsRead
    reading.totalOctets = capture.totalOctets
    let counters = reading.counters
    #expect(counters.datagrams == reading.datagrams.count)
    #expect(
      counters.frames == counters.datagrams + counters.notUDP + counters.truncatedFrames + counters.fragments
        + counters.unknownLinkFrames)
    return reading
  }

  static func frame(_ number: Int) -> [UInt8] { ethernet(IPv4().packet(udp(pattern(20 + number, seed: number)))) }

  static func expected(_ numbers: Range<Int>, arrival: (Int) -> Int64) -> [Delivered] {
    numbers.map {
      Delivered(source: "198.18.5.1:50005", payload: pattern(20 + $0, seed: $0), arrival: arrival($0))
    }
  }

  @Test("pcap in either byte order, with microseconds or nanoseconds", arguments: [false, true], [false, true])
  func pcap(bigEndian: Bool, nanoseconds: Bool) throws {
    let base: UInt64 = nanoseconds ? 1_700_000_000_123_456_789 : 1_700_000_000_123_456
    let file = PcapWriter(bigEndian: bigEndian, nanoseconds: nanoseconds).file(
      (0..<100).map { WrittenFrame(octets: Self.frame($0), ticks: base + UInt64($0)) })
    let reading = try Self.read(file)
    let expected = Self.expected(0..<100) {
      nanoseconds ? 1_700_000_000_123_456_789 + Int64($0) : (1_700_000_000_123_456 + Int64($0)) * 1000
    }
    #expect(reading.datagrams == expected)
    #expect(reading.error == nil)
    #expect(reading.octetsRead == file.count)
    #expect(reading.totalOctets == file.count)
  }

  @Test("Times after 2038 come out right")
  func after2038() throws {
    let file = PcapWriter().file([WrittenFrame(octets: Self.frame(0), ticks: 4_000_000_000_000_001)])
    #expect(try Self.read(file).datagrams.first?.arrival == 4_000_000_000_000_001_000)
  }

  @Test(
    "Every link type is understood in a pcap file",
    arguments: FrameParserTests.links.filter { $0.expected != .notUDP })
  func pcapLinks(_ vector: FrameParserTests.Vector) throws {
    let reading = try Self.read(PcapWriter(link: vector.link).file([WrittenFrame(octets: vector.frame)]))
    #expect(reading.datagrams.map(\.payload) == [FrameParserTests.payload])
  }

  @Test(
    "pcapng in either byte order: interfaces of several link types, all packet blocks, unknown blocks between them",
    arguments: [false, true])
  func pcapng(bigEndian: Bool) throws {
    let writer = PcapngWriter(bigEndian: bigEndian)
    let packet = IPv4().packet(udp(pattern(20)))
    let reading = try Self.read(
      writer.section() + writer.interface(link: 1, snapshotLength: 65_535)
        + writer.enhanced(WrittenFrame(octets: Self.frame(0), ticks: 1_700_000_000_000_001))
        + writer.block(4, pattern(64)) + writer.block(5, pattern(300_000)) + writer.block(0x0bad, pattern(1_000_000))
        + writer.interface(link: 101, options: [PcapngWriter.resolution(9)])
        + writer.interface(link: 276, snapshotLength: 1, options: [PcapngWriter.resolution(0)])
        + writer.enhanced(WrittenFrame(octets: packet, ticks: 1_700_000_000_000_000_007, interface: 1))
        + writer.packet(WrittenFrame(octets: linuxCooked2(packet), ticks: 1_700_000_001, interface: 2))
        + writer.simple(Self.frame(0)))
    #expect(reading.error == nil)
    let arrivals = [1_700_000_000_000_001_000, 1_700_000_000_000_000_007, 1_700_000_001_000_000_000]
    #expect(reading.datagrams.map(\.arrival) == arrivals.map(Int64.init) + [1_700_000_001_000_000_000])
    #expect(reading.datagrams.allSatisfy { $0.payload == pattern(20) })
    #expect(reading.datagrams.count == 4)
  }

  @Test("Sections of different byte orders stand in one file, each with its own interfaces")
  func pcapngSections() throws {
    var file: [UInt8] = []
    for (number, bigEndian) in [false, true, false].enumerated() {
      let writer = PcapngWriter(bigEndian: bigEndian)
      let link: UInt16 = bigEndian ? 228 : 1
      let octets = bigEndian ? Array(Self.frame(number)[14...]) : Self.frame(number)
      file += writer.section() + writer.interface(link: link)
      file += writer.enhanced(WrittenFrame(octets: octets, ticks: UInt64(number)))
    }
    let reading = try Self.read(file)
    #expect(reading.error == nil)
    #expect(reading.datagrams == Self.expected(0..<3) { Int64($0) * 1000 })
  }

  struct Resolution: Sendable {
    var value: UInt8
    var ticks: UInt64
    var offset: Int64 = 0
    var nanoseconds: Int64
  }

  @Test(
    "Time resolutions in powers of ten and of two, and offsets",
    arguments: [
      Resolution(value: 3, ticks: 1_700_000_000_123, nanoseconds: 1_700_000_000_123_000_000),
      Resolution(value: 0, ticks: 1_700_000_000, nanoseconds: 1_700_000_000_000_000_000),
      Resolution(value: 9, ticks: 5, offset: 1_700_000_000, nanoseconds: 1_700_000_000_000_000_005),
      Resolution(value: 6, ticks: 2_000_000, offset: -1, nanoseconds: 1_000_000_000),
      Resolution(value: 12, ticks: 1_700_000_000_000_000_999, nanoseconds: 1_700_000_000_000_000),
      Resolution(value: 19, ticks: 18_000_000_000_000_000_000, nanoseconds: 1_800_000_000),
      Resolution(value: 0x80, ticks: 7, nanoseconds: 7_000_000_000),
      Resolution(value: 0x8a, ticks: 1024 * 1_700_000_000 + 512, nanoseconds: 1_700_000_000_500_000_000),
      Resolution(value: 0x80 | 63, ticks: 1 << 62, nanoseconds: 500_000_000),
      Resolution(value: 9, ticks: .max, offset: .max, nanoseconds: -1_000_000_001),
    ])
  func resolutions(_ resolution: Resolution) throws {
    let writer = PcapngWriter()
    let options = [PcapngWriter.resolution(resolution.value), writer.offset(seconds: resolution.offset)]
    let reading = try Self.read(
      writer.section() + writer.interface(link: 1, options: options)
        + writer.enhanced(WrittenFrame(octets: Self.frame(0), ticks: resolution.ticks)))
    #expect(reading.datagrams.map(\.arrival) == [resolution.nanoseconds])
  }

  @Test("A simple packet block is cut to the interface's snapshot length")
  func simpleSnapshot() throws {
    let writer = PcapngWriter()
    let frame = Self.frame(0)
    let whole = writer.section() + writer.interface(link: 1, snapshotLength: UInt32(frame.count))
    #expect(try Self.read(whole + writer.simple(frame, originalLength: 9000)).datagrams.count == 1)
    let cut = writer.section() + writer.interface(link: 1, snapshotLength: 60)
    #expect(try Self.read(cut + writer.simple(Array(frame[..<60]), originalLength: 62)).counters.truncatedFrames == 1)
  }

  @Test("Each frame ends in one counter")
  func counters() throws {
    let packet = udp(pattern(3000))
    let frames = [
      Self.frame(0), ethernet(pattern(28), type: 0x0806), Self.frame(1).dropLast(), pattern(10),
      ethernet(IPv4(moreFragments: true).packet(Array(packet[..<1480]))),
      ethernet(IPv4(identification: 8, moreFragments: true).packet(Array(packet[..<1480]))),
      ethernet(IPv4(offset: 1480).packet(Array(packet[1480...]))),
    ].map { WrittenFrame(octets: Array($0), ticks: 5) }
    let reading = try Self.read(PcapWriter().file(frames))
    var expected = CaptureCounters()
    expected.frames = 7
    expected.datagrams = 2
    expected.notUDP = 2
    expected.truncatedFrames = 1
    expected.fragments = 2
    expected.pendingPackets = 1
    #expect(reading.counters == expected)
    #expect(reading.datagrams.map(\.payload) == [pattern(20), pattern(3000)])
  }

  @Test("Fragments of IPv6 with extension headers behind the fragment header, last piece first")
  func fragmentsIPv6() throws {
    let whole = [17, 0, 1, 4, 0, 0, 0, 0] + udp(pattern(2000))
    let frames = [0..<800, 800..<1600, 1600..<whole.count].reversed().map { range in
      let header = IPv6.fragment(range.lowerBound, more: range.upperBound < whole.count)
      return WrittenFrame(
        octets: linuxCooked(IPv6(extensions: [IPv6.hopByHop, header], upper: 60).packet(Array(whole[range]))), ticks: 9)
    }
    let reading = try Self.read(PcapWriter(link: 113).file(frames))
    #expect(
      reading.datagrams == [Delivered(source: "[2001:db8::1111]:50005", payload: pattern(2000), arrival: 9000)])
    #expect(reading.counters.fragments == 2)
  }

  @Test("A packet whose UDP length is wrong after reassembly is a truncated frame")
  func reassembledBadLength() throws {
    let packet = udp(pattern(100), length: 200)
    let frames = [
      ethernet(IPv4(moreFragments: true).packet(Array(packet[..<64]))),
      ethernet(IPv4(offset: 64).packet(Array(packet[64...]))), Self.frame(0),
    ].map { WrittenFrame(octets: $0) }
    let reading = try Self.read(PcapWriter().file(frames))
    #expect(reading.counters.truncatedFrames == 1)
    #expect(reading.counters.fragments == 1)
    #expect(reading.datagrams.map(\.payload) == [pattern(20)])
  }

  @Test("Frames of a link type that is not understood are counted, and the type is named")
  func unknownLink() throws {
    let pcap = try Self.read(PcapWriter(link: 127).file([WrittenFrame(octets: pattern(60))]))
    #expect(pcap.counters.unknownLinkFrames == 1)
    #expect(pcap.counters.unknownLinkType == 127)
    let writer = PcapngWriter()
    let pcapng = try Self.read(
      writer.section() + writer.interface(link: 9) + writer.interface(link: 1)
        + writer.enhanced(WrittenFrame(octets: pattern(60)))
        + writer.enhanced(
          WrittenFrame(octets: Self.frame(0), interface: 1)))
    #expect(pcapng.counters.unknownLinkFrames == 1)
    #expect(pcapng.counters.unknownLinkType == 9)
    #expect(pcapng.datagrams.count == 1)
  }

  @Test("A pipe is read like a file, and has no size", arguments: [false, true])
  func pipe(isPcapng: Bool) throws {
    let writer = PcapngWriter()
    let frames = (0..<500).map { WrittenFrame(octets: Self.frame($0), ticks: UInt64($0)) }
    let pcapng = writer.section() + writer.interface(link: 1) + frames.flatMap { writer.enhanced($0) }
    let octets = isPcapng ? pcapng : PcapWriter().file(frames)
    let pipe = Pipe()
    Thread.detachNewThread {
      try? pipe.fileHandleForWriting.write(contentsOf: Data(octets))
      try? pipe.fileHandleForWriting.close()
    }
    let reading = try Self.read(path: "/proc/self/fd/\(pipe.fileHandleForReading.fileDescriptor)")
    #expect(reading.datagrams == Self.expected(0..<500) { Int64($0) * 1000 })
    #expect(reading.totalOctets == nil)
    #expect(reading.octetsRead == octets.count)
    #expect(reading.error == nil)
  }

  @Test("A minus sign is standard input")
  func standardInput() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let file = try TemporaryFile(PcapWriter().file((0..<7).map { WrittenFrame(octets: Self.frame($0)) }))
      let input = try #require(FileHandle(forReadingAtPath: file.path))
      dup2(input.fileDescriptor, STDIN_FILENO)
      exit(Int32(try Self.read(path: "-").datagrams.count))
    }
  }
}
