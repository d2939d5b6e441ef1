import FlowModel
import NetFlow
import NetworkBytes

/// Exporters that send to a collector with one or more workers, and the resulting records.
struct Scene: ~Copyable {
  private let directory = ExporterDirectory()
  private var workers: [Box] = []
  private var batch = FlowBatch()
  private var taken = 0
  private let options: FlowDecoderOptions

  /// Holds a decoder in a collection, because it cannot be copied.
  private final class Box {
    var decoder: FlowDecoder

    init(_ options: FlowDecoderOptions, _ directory: ExporterDirectory) {
      decoder = FlowDecoder(options: options, directory: directory)
    }
  }

  init(_ configure: (inout FlowDecoderOptions) -> Void = { _ in }) {
    var options = FlowDecoderOptions()
    configure(&options)
    self.options = options
  }

  /// The source address of `Wire`'s messages.
  static let address: UInt32 = 0xc612_0001
  /// Second 0 of a scene, seconds since 1970: the export time of `Wire`'s messages.
  static let start = 1_750_000_000

  /// Sends a message.
  ///
  /// - Parameter second: time of arrival.
  /// - Returns: octets of each record decoded since the last call.
  @discardableResult
  mutating func send(
    _ message: [UInt8], at second: Double = 0, port: UInt16 = 1, to localPort: UInt16 = 9995, worker: Int = 0,
    address: UInt32 = Scene.address
  ) -> [UInt64] {
    while workers.count <= worker { workers.append(Box(options, directory)) }
    workers[worker].decoder.decode(
      message.rawSpan, from: Endpoint(address: IPAddress(v4: address), port: port), to: localPort,
      arrival: Int64((Double(Self.start) + second) * 1e9), into: &batch)
    return news
  }

  /// Advances time at all workers.
  mutating func tick(at second: Double) -> [UInt64] {
    for box in workers { box.decoder.tick(to: Int64((Double(Self.start) + second) * 1000), into: &batch) }
    return news
  }

  /// Ends decoding at all workers.
  mutating func end(at second: Double = 100) -> [UInt64] {
    for box in workers { box.decoder.end(at: Int64((Double(Self.start) + second) * 1000), into: &batch) }
    return news
  }

  private var news: [UInt64] {
    mutating get {
      defer { taken = batch.count }
      return batch.records[taken...].map(\.octets)
    }
  }

  var counters: DecodeCounters {
    workers.reduce(into: DecodeCounters()) { $0 += $1.decoder.counters }
  }

  var waitingSets: UInt64 { workers.reduce(0) { $0 + $1.decoder.waitingSets } }
  var sessions: [SessionSummary] { workers.flatMap { $0.decoder.sessionSummaries } }
}

/// Templates with the same id and length, and data of both: decoded with the other layout, octets become packets.
enum Layout {
  case usual, other

  private var fields: [[Int]] { self == .usual ? [[1, 4], [2, 4]] : [[2, 4], [1, 4]] }

  func template(_ version: Int, id: Int = 256) -> [UInt8] {
    Wire.set(version == 9 ? 0 : 2, Wire.template(id, fields))
  }

  /// Returns a flow with `octets` octets in one packet.
  func data(_ octets: Int, id: Int = 256) -> [UInt8] {
    Wire.set(id, self == .usual ? Wire.be32(octets) + Wire.be32(1) : Wire.be32(1) + Wire.be32(octets))
  }
}
