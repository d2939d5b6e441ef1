public import Anonymization
public import Capture
public import Files
public import FlowPipeline
public import FlowText
import Foundation
public import NetFlow
import NetworkBytes

/// Captures as a source of the pipeline, on the captures' clock.
public struct Replay: ~Copyable {
  /// What a replay has read, and what it could not.
  public struct Summary: Sendable {
    public var datagrams: UInt64 = 0
    public var frames: UInt64 = 0
    public var truncatedFrames: UInt64 = 0
    /// Reception counters for a pipeline's ledger.
    public var reception: ReceptionCounters { ReceptionCounters(received: datagrams) }
    /// Errors that ended reading a capture early, one per capture.
    public var failures: [CaptureError] = []
    /// Unsupported link types, with the number of their frames.
    public var notes: [String] = []
  }

  private let paths: [String]
  private let progress: Progress?
  private var anonymizer: DatagramAnonymizer?
  public private(set) var summary = Summary()

  /// - Parameters:
  ///   - paths: captures, read one after the other; `-` is standard input.
  ///   - key: anonymizes the datagrams first; captures other than standard input are then read twice, for data that
  ///     precedes its template.
  ///   - showsProgress: whether to show progress on standard error.
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

  /// Writes all datagrams to a capture, from their senders to a fictitious collector.
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

  /// Prints each decoded record of all datagrams, unmerged, as a JSON object on a line.
  ///
  /// - Parameters:
  ///   - elements: names of elements that are not in IANA's registry.
  ///   - options: which datagrams are decoded.
  /// - Returns: counters of decoded records and of errors.
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

  /// Calls `take` with all datagrams, anonymized if requested.
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

  /// The first pass over a capture. Errors are reported in the second pass.
  private func learnTemplates(_ path: String, _ anonymizer: inout DatagramAnonymizer) {
    guard var capture = try? CaptureFile(path: path) else { return }
    while (try? capture.next()) == true { anonymizer.learn(capture.datagram) }
  }

  /// Calls `take` with the datagrams of one capture, as far as it can be read.
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

/// Shows the progress of a long read in one line on standard error.
private final class Progress {
  private var shown: ContinuousClock.Instant?
  private var isVisible = false

  func show(_ path: String, _ octets: Int, of total: Int?) {
    let now = ContinuousClock.now
    if let shown, now - shown < .milliseconds(250) { return }
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
