import CloudAPI
import Files
import Foundation
import SmartAccessGateway

/// The file with a setup's record in the state folder, one per region and name.
struct SetupRecordFile {
  private let name: String

  init(region: String, name: String) {
    // The hash distinguishes names that are equal as file names.
    let mark = SigningHash.sha256(Array(name.utf8)).prefix(8)
    self.name = "setup-\(StateFolder.safe(region))-\(StateFolder.safe(name.prefix(40)))-\(mark).json"
  }

  var path: String { "\(StateFolder.path)/\(name)" }

  /// Returns the record; nil if there is none.
  func load() throws(CommandFailure) -> SetupRecord? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw CommandFailure(.notPermitted, "\(path): \(error.systemReason)")
    }
    do {
      return try SetupRecord(decoding: data)
    } catch {
      throw CommandFailure(
        .badData,
        "\(path): not a record of `config setup`; move it away, and check with `sagflow config flow-logs` what was created"
      )
    }
  }

  func save(_ record: SetupRecord) throws(CommandFailure) {
    do {
      try StateFolder.replace(name, record.encoded())
    } catch {
      throw CommandFailure(
        .inputOutput,
        "\(path): cannot record the next step, nothing more is changed: \(error.systemReason)")
    }
  }

  func remove() throws(CommandFailure) {
    do throws(FileError) { try Directory.remove(path) } catch { throw CommandFailure(error) }
  }
}
