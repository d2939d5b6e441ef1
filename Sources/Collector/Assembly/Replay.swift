public import Anonymization
public import Capture
public import Files
public import FlowPipeline
public import FlowText
import Foundation
public import NetFlow
import NetworkBytes

/// Captures as a source of the pipeline, on the captures' own clock.
public struct Replay: ~Copyable {
  /// What a replay has read so far, and what it could not.
  public struct Summary: Sendable {
    public var datagrams: UInt64 = 0
    public var frames: UInt64 = 0
    public var truncatedFrames: UInt64 = 0
    /// As a pipeline's ledger takes it.
    public var reception: ReceptionCounters { ReceptionCounters(received: datagrams) }
    /// What ended the reading of a capture before its end, one for each such capture.
    public var failures: [CaptureError] = []
    /// Link types that are not understood, with their frames.
    public var notes: [String] = []
  }

  private let paths: [String]
  private let progress: Progress?
  private var anonymizer: DatagramAnonymizer?
  public private(set) var summary = Summary()

  /// - Parameters:
  ///   - paths: captures, read one after the other; `-` is standard input.
  ///   - key: anonymizes the datagrams before anything else is done with them; they are read twice then, for data that come
  ///     before their template, but for standard input.
  ///   - showsProgress: whether to say on standard error how far it is.
  public init(_ paths: [String], anonymizedBy key: AnonymizationKey? = nil, showsProgress: Bool) {
    self.paths = paths
    anonymizer = key.map { DatagramAnonymizer($0) }
    progress = showsProgress ? Progress() : nil
  }

  /// Runs all datagrams through a pipeline and ends it.
  public mutating func run(_ pipeline: inout Pipeline) {
    read { datagram in pipeline.ingest(datagram) }
    pipeline.finish()
    progress?.end()
  }

  /// Writes all datagrams to a capture, from their senders to one made-up collector.
  public mutating func write(to capture: inout CaptureWriter) throws(FileError) {
    var failure: FileError?
    read { datagram in
      guard failure == nil else { return }
      do throws(FileError) { try capture.append(datagram) } catch { failure = error }
    }
    progress?.end()
    if let failure { throw failure }
    try capture.flush()
  }

  /// Prints each decoded record of all datagrams, nothing merged, as a JSON object on a line.
  ///
  /// - Parameters:
  ///   - elements: what elements are called that IANA's registry does not have.
  ///   - options: whose datagrams are decoded.
  /// - Returns: what was decoded and what was wrong.
  public mutating func printRecords(
    to output: TextOutput, elements: ElementNames, admission options: AdmissionOptions
  ) -> DecodeCounters {
    var decoder = RecordDecoder(elements: elements)
    var admission = Admission(options)
    read { datagram in
      guard admission.takes(datagram.source.address, arrival: datagram.arrival) else { return }
      decoder.decode(datagram.bytes, from: datagram.source, arrival: datagram.arrival) { record in
        output.write { RecordJSON.append(record, to: &$0) }
      }
    }
    decoder.finish()
    if admission.refused.total > 0 {
      summary.notes.append(
        "\(admission.refused.total) datagrams were refused by exporters.allow, exporters.deny or exporters.maximumRate")
    }
    output.flush()
    progress?.end()
    return decoder.counters
  }

  /// Hands over all datagrams, anonymized if that is asked for.
  @inline(__always)
  private mutating func read(_ take: (borrowing Datagram) -> Void) {
    guard var anonymizer = anonymizer.take() else {
      for path in paths { readCapture(path, take) }
      return
    }
    for path in paths where path != "-" { learnTemplates(path, &anonymizer) }
    for path in paths {
      readCapture(path) { datagram in anonymizer.anonymize(datagram, take) }
    }
    let counters = anonymizer.counters
    summary.notes.append(
      "\(counters.addresses) addresses were substituted, \(counters.clearedFields) fields and \(counters.clearedSets) data sets without template were cleared"
    )
    if anonymizer.dropped > 0 {
      summary.notes.append("\(anonymizer.dropped) datagrams that are not NetFlow or IPFIX were left out")
    }
  }

  /// A first time through a capture. What is wrong with it is reported the second time.
  private func learnTemplates(_ path: String, _ anonymizer: inout DatagramAnonymizer) {
    guard var capture = try? CaptureFile(path: path) else { return }
    while (try? capture.next()) == true { anonymizer.learn(capture.datagram) }
  }

  /// Hands over the datagrams of one capture as far as it can be read.
  @inline(__always)
  private mutating func readCapture(_ path: String, _ take: (borrowing Datagram) -> Void) {
    do throws(CaptureError) {
      var capture = try CaptureFile(path: path)
      defer { note(capture.counters, path) }
      while try capture.next() {
        take(capture.datagram)
        summary.datagrams &+= 1
        if summary.datagrams & 0xfff == 0 { progress?.show(path, capture.octetsRead, of: capture.totalOctets) }
      }
    } catch {
      summary.failures.append(error)
    }
  }

  private mutating func note(_ counters: CaptureCounters, _ path: String) {
    summary.frames &+= UInt64(counters.frames)
    summary.truncatedFrames &+= UInt64(counters.truncatedFrames)
    if let link = counters.unknownLinkType {
      summary.notes.append(
        "\(path): \(counters.unknownLinkFrames) frames of link type \(link) were skipped: not supported")
    }
  }
}

/// How far a long read is, on one line of standard error that is written over and over.
private final class Progress {
  private var shown = Date.distantPast
  private var isVisible = false

  func show(_ path: String, _ octets: Int, of total: Int?) {
    let now = Date()
    guard now.timeIntervalSince(shown) > 0.25 else { return }
    shown = now
    isVisible = true
    let part = total.map { $0 > 0 ? "\(octets * 100 / $0) %" : "" } ?? "\(octets / 1_000_000) MB"
    write("\r\u{1b}[K\(path): \(part)")
  }

  func end() {
    if isVisible { write("\r\u{1b}[K") }
  }

  private func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
