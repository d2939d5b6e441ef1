import ArgumentParser
import Enrichment
import FlowModel
import Foundation
import Labels
import NetworkBytes
import Settings

struct LabelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "labels", abstract: "Checks label files, and looks up addresses in them.",
    subcommands: [Check.self, Lookup.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Reads all files configured under labels; reports errors with path and line.")

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
      let files = try options.load([]).values.enrichmentOptions
      if files.isEmpty { print("no files are configured under labels") }
      var reader = KnowledgeFiles()
      var failures: [KnowledgeError] = []
      for event in reader.refresh(files, at: Int64(Date().timeIntervalSince1970)).events {
        switch event {
        case .loaded(let path, let size):
          print("\(path): \(size)")
          if !size.unusedColumns.isEmpty {
            Console.error("\(path): unknown columns: \(size.unusedColumns.joined(separator: ", "))")
          }
        case .old(let path, let days): Console.error("\(path): built \(days) days ago; download a newer one")
        case .refused(let error, _): failures.append(error)
        }
      }
      if let failure = CommandFailure(failures) { throw failure }
    }
  }

  struct Lookup: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "lookup", abstract: "Shows the labels of an address, or of an exporter's interface.")

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The address.")
    var address: String

    @Argument(help: "The SNMP index of one of its interfaces.")
    var interface: UInt32?

    func run() throws {
      guard let address = IPAddress(address) else {
        throw CommandFailure(.usage, "'\(address)' is not an address; expected one such as 10.1.2.3 or 2001:db8::1")
      }
      let files = try options.load([]).values.enrichmentOptions
      var reader = KnowledgeFiles()
      let events = reader.refresh(files, at: Int64(Date().timeIntervalSince1970)).events
      for line in try lines(address, reader.knowledge, files) { print(line) }
      if let failure = CommandFailure(events.compactMap(\.failure)) { throw failure }
    }

    private func lines(
      _ address: IPAddress, _ knowledge: Knowledge, _ files: EnrichmentOptions
    ) throws(CommandFailure) -> [String] {
      var lines = ["address: \(address)"]
      func add(_ name: String, _ text: String?) {
        if let text, !text.isEmpty { lines.append("\(name): \(text)") }
      }
      if let path = files.prefixes, knowledge.prefixes != nil {
        let match: PrefixLabels.Match?
        do throws(LabelError) { match = try PrefixLabels.match(address, in: path) } catch {
          throw CommandFailure(.badData, error.description)
        }
        add("label", match?.label)
        add("prefix", match.map { "\($0.prefix) (\(path):\($0.line))" })
        add("site", match?.site)
        add("customer", match?.customer)
        add("role", match?.role)
      }
      let texts = knowledge.texts
      add("country", knowledge.country(of: address))
      if let system = knowledge.system(of: address) {
        add("as", String(system))
        add("as name", texts[knowledge.name(ofSystem: system)])
      }
      add("exporter", knowledge.exporters.flatMap { texts[$0[address]] })
      if let interface, let label = knowledge.interfaces?[address, interface] {
        add("interface", texts[label.name] ?? String(interface))
        add("speed", label.speed.map { "\($0) bit/s" })
        add("boundary", label.boundary?.rawValue)
      }
      return lines
    }
  }
}

extension KnowledgeEvent {
  fileprivate var failure: KnowledgeError? {
    if case .refused(let error, _) = self { error } else { nil }
  }
}

extension CommandFailure {
  /// Describes rejected label files; nil if there are none.
  init?(_ errors: [KnowledgeError]) {
    guard let first = errors.first else { return nil }
    self.init(first.isOfContent ? .badData : .noInput, errors.flatMap(\.lines))
  }
}
