import Anonymization
import ArgumentParser
import Capture
import Collector
import Files
import FlowAggregation
import FlowFilter
import FlowOutput
import FlowPipeline
import FlowStore
import FlowText
import Foundation
import Logging
import NetFlow
import Settings

struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Replays captures through the collector's pipeline, on the capture's clock.",
    discussion: """
      Without --output, prints aged flows: a table on a terminal, JSON lines in a pipe. With it, writes flow files as \
      `collect` does. --records prints each record as exporters sent it.
      """)

  @Argument(
    help: ArgumentHelp(
      "pcap or pcapng files, - for standard input; followed by a filter in nfdump's syntax.",
      valueName: "capture"))
  var words: [String]

  @OptionGroup var options: ConfigurationOptions

  @OptionGroup var filterOptions: FilterOptions

  @Option(
    name: [.customShort("o"), .long], help: ArgumentHelp("Write flow files to this directory.", valueName: "dir"))
  var output: String?

  @Option(
    help: ArgumentHelp("Write the datagrams to this capture file (pcap), for example to share them.", valueName: "file")
  )
  var capture: String?

  @Option(
    help: ArgumentHelp(
      "Replace addresses, prefix-preserving (Crypto-PAn), and clear texts, before anything else; the file has a key of 32 bytes.",
      valueName: "key file"))
  var anonymize: String?

  @Flag(help: "Print each decoded record as one JSON object per line, unmerged.")
  var records = false

  @Option(help: ArgumentHelp("Write the decoder's counters to this file, as JSON.", valueName: "file"))
  var counters: String?

  @OptionGroup var csv: CSVOptions

  @Option(help: "Output format: table, csv or json.")
  var format: RowFormat?

  func validate() throws {
    try csv.check(format)
    if records, output != nil {
      throw ValidationError("--records prints records and --output writes flows; choose one")
    }
    if records, format != nil { throw ValidationError("--records prints JSON lines; remove --format") }
    if capture != nil, records || output != nil || format != nil {
      throw ValidationError("--capture writes datagrams; remove --records, --output and --format")
    }
    if output != nil, format != nil { throw ValidationError("--output writes Parquet; remove --format") }
  }

  func run() throws {
    let (captures, filter) = try captures()
    if records, filter != nil {
      throw CommandFailure(.usage, "--records prints everything that exporters sent; remove the filter")
    }
    if capture != nil, filter != nil {
      throw CommandFailure(.usage, "--capture writes datagrams as exporters sent them; remove the filter")
    }
    var replay = Collector.Replay(captures, anonymizedBy: try key(), showsProgress: isatty(STDERR_FILENO) == 1)
    let decoded: DecodeCounters?
    if let capture {
      decoded = nil
      try writeCapture(&replay, to: capture, from: captures)
    } else if records {
      decoded = try printRecords(&replay)
    } else if let output {
      decoded = try writeFlows(&replay, filter, to: output)
    } else {
      decoded = try printFlows(&replay, filter)
    }
    if let counters, let decoded { try write(decoded, replay.summary, to: counters) }
    for note in replay.summary.notes { Console.error(note) }
    let failures = replay.summary.failures
    if let first = failures.first { throw CommandFailure(ExitStatus(first), failures.map(\.description)) }
  }

  private func key() throws(CommandFailure) -> AnonymizationKey? {
    guard let anonymize else { return nil }
    do throws(AnonymizationKeyError) {
      return try AnonymizationKey(path: anonymize)
    } catch {
      throw CommandFailure(.noInput, error.description)
    }
  }

  private func writeCapture(
    _ replay: inout Collector.Replay, to path: String, from captures: [String]
  ) throws(CommandFailure) {
    // The output would truncate a capture before it is read.
    if captures.contains(where: { Self.isSameFile($0, path) }) {
      throw CommandFailure(.usage, "--capture \(path): this is one of the captures to read; choose another name")
    }
    do throws(FileError) {
      var capture = try CaptureWriter(path)
      try replay.write(to: &capture)
      Console.error("wrote \(capture.count) datagrams to \(path)")
    } catch {
      throw CommandFailure(error)
    }
  }

  private static func isSameFile(_ one: String, _ other: String) -> Bool {
    func identity(_ path: String) -> FileIdentity? { try? OpenFile(path, .readingAtOnce).status().identity }
    guard let first = identity(one), let second = identity(other) else { return false }
    return first == second
  }

  private func printRecords(_ replay: inout Collector.Replay) throws -> DecodeCounters {
    let text = TextOutput()
    let values = try configuration(nil)
    let counters = replay.printRecords(
      to: text, elements: values.live.exporters.elementsFile.names, admission: values.admissionOptions)
    try check(text)
    return counters
  }

  /// Returns the captures, and the filter, which begins at the first argument that is not a file, combined with filter
  /// files.
  private func captures() throws(CommandFailure) -> (captures: [String], filter: String?) {
    let end = words.firstIndex { $0 != "-" && !FileManager.default.fileExists(atPath: $0) } ?? words.count
    if end == 0 { throw CommandFailure(.noInput, "\(words[0]): no such file") }
    if end == words.count, filterOptions.filterFile.isEmpty { return (words, nil) }
    let filter = words[end...].joined(separator: " ")
    do throws(FilterError) {
      try filterOptions.check(filter)
    } catch {
      if error.fault != nil { throw CommandFailure(error) }
      throw CommandFailure(.noInput, "\(words[end]): no such file; and as a filter, \(error)")
    }
    return (Array(words[..<end]), try filterOptions.text([filter]))
  }

  private func configuration(_ filter: String?) throws(CommandFailure) -> CollectorConfiguration {
    try options.load(
      filter.map { [ConfigurationOverride(option: "the filter", key: "filter", elements: [$0])] } ?? []
    ).values
  }

  private func printFlows(_ replay: inout Collector.Replay, _ filter: String?) throws -> DecodeCounters {
    let values = try configuration(filter)
    let text = TextOutput()
    var style = AnswerStyle()
    style.csv = csv.style
    let chosen = format ?? (isatty(STDOUT_FILENO) == 1 ? .table : .json)
    var pipeline = try assembly(values).pipeline(from: .captures, to: PrintSink(chosen, style, to: text))
    replay.run(&pipeline)
    try check(text)
    return report(pipeline.ledger(replay.summary.reception), replay.summary)
  }

  private func writeFlows(
    _ replay: inout Collector.Replay, _ filter: String?, to directory: String
  ) throws -> DecodeCounters {
    var values = try configuration(filter)
    values.store.path = directory
    let assembly = try assembly(values)
    let store = assembly.store()
    var pipeline = assembly.pipeline(from: .captures, to: OutputSink(store))
    do throws(StoreError) { try store.start() } catch { throw CommandFailure(error) }
    replay.run(&pipeline)
    store.finish()
    let ledger = pipeline.ledger(replay.summary.reception).settled(with: store.counters)
    let decoded = report(ledger, replay.summary)
    if let failure = store.currentFailure { throw CommandFailure(failure) }
    return decoded
  }

  /// Prints the ledger to standard error, unless no capture could be read.
  private func report(_ ledger: Ledger, _ summary: Collector.Replay.Summary) -> DecodeCounters {
    if summary.datagrams > 0 || summary.failures.isEmpty { Console.write(ledger.table()) }
    return ledger.decode
  }

  private func assembly(_ values: CollectorConfiguration) throws(CommandFailure) -> PipelineAssembly {
    var assembly = PipelineAssembly(values, createdBy: Sagflow.createdBy, logger: Logger(label: "sagflow"))
    if let failure = CommandFailure(assembly.loadKnowledge()) { throw failure }
    return assembly
  }

  private func check(_ text: TextOutput) throws(CommandFailure) {
    if let failure = text.failure { throw CommandFailure(.inputOutput, "standard output: \(failure)") }
  }

  private func write(
    _ counters: DecodeCounters, _ summary: Collector.Replay.Summary, to path: String
  ) throws(CommandFailure) {
    var json: [UInt8] = []
    RecordJSON.append(counters, truncatedFrames: summary.truncatedFrames, to: &json)
    do {
      try Data(json).write(to: URL(fileURLWithPath: path))
    } catch {
      throw CommandFailure(.inputOutput, "\(path): cannot write the counters: \(error.systemReason)")
    }
  }
}

extension ExitStatus {
  fileprivate init(_ error: CaptureError) {
    self =
      switch error.reason {
      case .cannotOpen(ENOENT): .noInput
      case .cannotOpen(EACCES), .cannotOpen(EPERM): .notPermitted
      case .cannotRead: .inputOutput
      default: .badData
      }
  }
}
