import Anonymization
import ArgumentParser
import Capture
import Collector
import Files
import Foundation
import Settings

/// Collects version, configuration and state of a collector in one file for a bug report.
struct SupportBundle: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "support-bundle",
    abstract: "Collects version, configuration, state and log of the collector in one file, to attach to a report.",
    discussion: """
      The configuration is included without secrets: URLs only by their host, files of tokens and keys by their path. \
      Addresses of exporters appear in the status; look through the bundle before you publish it.
      """)

  @OptionGroup var file: ConfigurationFile

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("File to write (default: sagflow-support-DATE.tar.gz).", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("systemd unit whose log is included.", valueName: "unit"))
  var unit = "sagflow"

  @Option(help: ArgumentHelp("Lines of the log to include.", valueName: "n"))
  var logLines = 2000

  @Flag(help: "Include the last minute of the journal, anonymized with a random key (docs/sharing.md).")
  var traffic = false

  func run() async throws {
    let name = "sagflow-support-" + Self.stamp()
    let path = output ?? name + ".tar.gz"
    let folder = FileManager.default.temporaryDirectory.appending(path: "\(name)-\(getpid())")
    let content = folder.appending(path: name)
    do {
      try FileManager.default.createDirectory(
        at: content, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw CommandFailure(.inputOutput, "\(content.path): cannot be created: \(error.systemReason)")
    }
    defer { try? FileManager.default.removeItem(at: folder) }
    var bundle = BundleContent(folder: content)
    addHost(&bundle)
    if let settings = addConfiguration(&bundle) {
      await addState(settings, &bundle)
      addFiles(settings, &bundle)
      if traffic { addTraffic(settings, &bundle) }
    }
    bundle.add("log.txt", command: ["journalctl", "-u", unit, "-n", "\(logLines)", "--no-pager", "-o", "short-iso"])
    try pack(name, in: folder, to: path)
    for note in bundle.notes { Console.error(note) }
    print("\(path): \(bundle.names.joined(separator: ", "))")
  }

  private func addHost(_ bundle: inout BundleContent) {
    bundle.add("version.txt", text: "sagflow \(BuildVersion.description)\n")
    bundle.add("host.txt", command: ["uname", "-srvm"])
    for path in [
      "/etc/os-release", "/proc/meminfo", "/proc/loadavg", "/proc/self/limits", "/proc/net/udp", "/proc/net/udp6",
      "/proc/sys/net/core/rmem_max", "/proc/sys/net/core/rmem_default",
    ] { bundle.append("host.txt", file: path) }
    bundle.append("host.txt", command: ["nproc"])
    bundle.append("host.txt", command: ["timedatectl", "show"])
  }

  /// - Returns: nil if the configuration is invalid; the bundle contains the reason.
  private func addConfiguration(_ bundle: inout BundleContent) -> CollectorConfiguration? {
    do throws(CommandFailure) {
      let effective = try file.load()
      let lines = ConfigurationSchema.settings.map { setting in
        "\(setting.key): \(Redaction.text(setting.text(in: effective.values)))  # \(effective.origin(of: setting.key))\n"
      }
      bundle.add("configuration.txt", text: lines.joined())
      return effective.values
    } catch {
      bundle.add("configuration.txt", text: error.lines.map { Redaction.text($0) + "\n" }.joined())
      return nil
    }
  }

  /// Adds the responses of a running collector, or why there are none.
  private func addState(_ settings: CollectorConfiguration, _ bundle: inout BundleContent) async {
    let client = CollectorClient(endpoint: settings.http.listen, tokenFile: settings.http.tokenFile)
    for (name, path) in [
      ("status.json", "/api/v1/status"), ("exporters.json", "/api/v1/exporters"),
      ("templates.json", "/api/v1/templates"),
      ("metrics.txt", "/metrics"), ("ready.txt", "/readyz"),
    ] {
      do throws(CollectorClientError) {
        bundle.add(name, data: try await client.get(path).body)
      } catch {
        bundle.add("status.txt", text: error.description + "\n")
        bundle.notes.append("\(error); the bundle has no status")
        return
      }
    }
  }

  /// Adds names, sizes and times of the newest files of store and state, without their content.
  private func addFiles(_ settings: CollectorConfiguration, _ bundle: inout BundleContent) {
    bundle.add("store.txt", command: ["df", "-k", settings.store.path, settings.statePath])
    bundle.append("store.txt", command: ["ls", "-la", settings.store.path])
    bundle.add("state.txt", command: ["ls", "-laR", settings.statePath])
  }

  private func addTraffic(_ settings: CollectorConfiguration, _ bundle: inout BundleContent) {
    do throws(JournalExtract.Failure) {
      let count = try JournalExtract.write(
        seconds: 60, of: settings.statePath, to: bundle.folder.appending(path: "traffic.pcap").path)
      bundle.addWritten("traffic.pcap (\(count) datagrams)")
    } catch {
      bundle.notes.append("no traffic: \(error)")
    }
  }

  private func pack(_ name: String, in folder: URL, to path: String) throws(CommandFailure) {
    let target = URL(fileURLWithPath: path).path
    let tar = ToolOutput(["tar", "-czf", target, "-C", folder.path, name])
    if tar.status != 0 { throw CommandFailure(.inputOutput, "\(path): cannot be written: \(tar.errors)") }
    // It contains information about a network, so only its owner may read it.
    try? FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: target)
  }

  private static func stamp() -> String {
    Date().formatted(.iso8601.year().month().day().time(includingFractionalSeconds: false))
      .filter { $0.isNumber || $0 == "T" }
  }
}
