import Capture

extension FuzzTarget {
  /// Capture files: each frame is counted once, and reading ends within the file. The octets are used both as a file
  /// and as choices for one.
  package static let capture = FuzzTarget(
    "capture", longest: 16_384, seeds: { FuzzSeeds.contents("real", "pcap") }
  ) { octets throws(FuzzViolation) in
    try ScratchFile.with(octets) { path throws(FuzzViolation) in try read(path, octets.count) }
    let made = CaptureMaker.file(octets)
    try ScratchFile.with(made) { path throws(FuzzViolation) in try read(path, made.count) }
  }

  /// - Parameter size: size of the file, octets.
  private static func read(_ path: String, _ size: Int) throws(FuzzViolation) {
    guard var capture = try? CaptureFile(path: path) else { return }
    var (datagrams, octets) = (0, 0)
    while (try? capture.next()) == true {
      datagrams += 1
      octets += capture.datagram.bytes.byteCount
    }
    let counters = capture.counters
    let sum =
      counters.datagrams + counters.notUDP + counters.truncatedFrames + counters.fragments + counters.unknownLinkFrames
    // Fragments are reassembled from the file's contents.
    try FuzzViolation.check(
      counters.datagrams == datagrams && counters.frames == sum && capture.octetsRead <= size && octets <= size,
      "\(datagrams) datagrams of \(octets) octets, \(counters), \(capture.octetsRead) of \(size) octets read")
  }
}

/// Generates capture files from choices: correct headers, and mostly correct frames of fragments and datagrams.
private enum CaptureMaker {
  private static func little(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  static func file(_ octets: [UInt8]) -> [UInt8] {
    var choices = Choices(octets)
    let isNewer = choices.isOne(in: 2)
    let link = UInt32(choices.pick([101, 1, 113, 276, 0, 12, 228, 229, 147]))
    var file =
      isNewer ? section + interface(link, &choices) : little(0xa1b2_c3d4) + [2, 0, 4, 0] + little(0) + little(0)
    if !isNewer { file += little(65_535) + little(link) }
    while !choices.isEmpty {
      var frame = link == 101 || link == 12 || link == 228 ? packet(&choices) : choices.octets(choices.number(0...20))
      if link == 1 {
        frame =
          Array(repeating: 2, count: 12) + choices.pick([[8, 0], [0x86, 0xdd], [0x81, 0, 0, 1, 8, 0]])
          + packet(&choices)
      }
      if choices.isOne(in: 8) { frame = Array(frame.prefix(choices.number(0...60))) }
      let count = UInt32(frame.count)
      if isNewer {
        file += block(
          6, little(choices.isOne(in: 8) ? 1 : 0) + choices.octets(8) + little(count) + little(count) + frame)
        if choices.isOne(in: 16) { file += interface(link, &choices) }
      } else {
        file += little(choices.number()) + little(0) + little(count) + little(count) + frame
      }
    }
    return file
  }

  /// Returns an IPv4 or IPv6 packet with a UDP datagram or a fragment of one.
  private static func packet(_ choices: inout Choices) -> [UInt8] {
    let payload = choices.octets(8 * choices.number(0...6))
    var body = [0x08, 0x07, 0x08, 0x07] + WireOctets.be16(8 + payload.count) + [0, 0] + payload
    if choices.isOne(in: 8) { body = payload }
    let place = choices.pick([0, 0x2000, 1, 0x2001, 2, 0x1fff])
    if choices.isOne(in: 4) {
      let fragment = [17, 0] + WireOctets.be16((place & 0x1fff) << 3 | place >> 13) + [0, 0, 0, choices.octet() & 1]
      let isFragment = place != 0
      let content = (isFragment ? fragment : []) + body
      return [0x60, 0, 0, 0] + WireOctets.be16(content.count) + [isFragment ? 44 : 17, 64]
        + Array(repeating: 1, count: 32)
        + content
    }
    return [0x45, 0] + WireOctets.be16(20 + body.count) + [0, choices.octet() & 1] + WireOctets.be16(place)
      + [64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2] + body
  }

  private static func block(_ type: UInt32, _ content: [UInt8]) -> [UInt8] {
    let padded = content + Array(repeating: 0, count: -content.count & 3)
    let length = little(UInt32(12 + padded.count))
    return little(type) + length + padded + length
  }

  private static let section = block(
    0x0a0d_0d0a, little(0x1a2b_3c4d) + [1, 0, 0, 0] + Array(repeating: 0xff, count: 8))

  private static func interface(_ link: UInt32, _ choices: inout Choices) -> [UInt8] {
    // if_tsresol and if_tsoffset.
    let options: [UInt8] =
      choices.isOne(in: 2) ? [9, 0, 1, 0, choices.octet(), 0, 0, 0] + [14, 0, 8, 0] + choices.octets(8) : []
    return block(1, [UInt8(link & 0xff), UInt8(link >> 8), 0, 0] + little(0) + options)
  }
}
