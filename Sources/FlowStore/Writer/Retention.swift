public import Files
import FlowModel
public import NetworkBytes

/// When files are removed: whole files only, oldest first.
public struct Retention: Hashable, Sendable {
  /// Maximum age of a file, seconds; 0 for unlimited.
  public var age: Int64
  /// Maximum size of the store, octets; 0 for unlimited.
  public var size: Int64

  public init(age: Int64 = 0, size: Int64 = 0) {
    self.age = age
    self.size = size
  }

  /// The result of a pass.
  public struct Result: Sendable, Equatable {
    public var files = 0
    public var octets: Int64 = 0
    /// The first error in removing a file or reading a directory.
    public var failure: FileError?

    public init() {}
  }

  /// Removes files that exceed age or size. Files that cannot be removed and directories that cannot be read are
  /// skipped. Links are not followed: their targets do not belong to the store.
  ///
  /// - Parameters:
  ///   - path: the store's directory.
  ///   - now: seconds since 1970 UTC.
  public func apply(to path: String, now: UnixSeconds) -> Result {
    var result = Result()
    guard age > 0 || size > 0 else { return result }
    var hours = HourDirectories(path)
    let files = StoredFile.list(&hours).sorted { ($0.window, $0.path) < ($1.window, $1.path) }
    result.failure = hours.failure
    var total = files.reduce(0) { $0 + $1.size }
    for file in files {
      let isOld = age > 0 && file.window < now - age
      guard isOld || size > 0 && total > size else { break }
      do throws(FileError) {
        try Directory.remove(file.path)
        total -= file.size
        result.files += 1
        result.octets += file.size
      } catch {
        result.failure = result.failure ?? error
      }
    }
    if result.files > 0 { HourDirectories(path).removeEmpty() }
    return result
  }
}

/// A committed file, from its name.
struct StoredFile {
  let path: String
  /// Start of its window, seconds since 1970 UTC.
  let window: Int64
  let size: Int64

  /// Returns the store's files, in no order; foreign files are ignored.
  static func list(_ hours: inout HourDirectories) -> [StoredFile] {
    var files: [StoredFile] = []
    for hour in hours.paths {
      for name in hours.names(in: hour) where name.hasPrefix("flows-") && name.hasSuffix(".parquet") {
        let path = "\(hour)/\(name)"
        guard let window = window(ofName: name), let size = Directory.fileSize(path) else { continue }
        files.append(StoredFile(path: path, window: window, size: size))
      }
    }
    return files
  }

  /// Returns the time in `flows-<host>-…-<yyyymmddThhmmssZ>-<worker>-<sequence>.parquet`; host names may contain
  /// dashes.
  static func window(ofName name: some StringProtocol) -> Int64? {
    let parts = name.split(separator: "-")
    guard parts.count >= 5 else { return nil }
    let text = Array(parts[parts.count - 3].utf8)
    guard text.count == 16, text[8] == UInt8(ascii: "T"), text[15] == UInt8(ascii: "Z") else { return nil }
    func number(_ range: Range<Int>) -> Int64? { Int64(String(decoding: text[range], as: UTF8.self)) }
    guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8), let hour = number(9..<11),
      let minute = number(11..<13), let second = number(13..<15), (1...12).contains(month)
    else { return nil }
    let days = CivilTime.daysSince1970(year: year, month: month, day: day)
    return days * 86_400 + hour * 3600 + minute * 60 + second
  }
}

/// A store's hour directories. Links are not followed: nothing outside of the store is removed or renamed.
struct HourDirectories {
  private var dates: [String] = []
  private(set) var paths: [String] = []
  /// The first error in reading a directory.
  private(set) var failure: FileError?

  init(_ root: String) {
    dates = directories(in: root, "date=")
    for date in dates { paths += directories(in: date, "hour=") }
  }

  private mutating func directories(in path: String, _ prefix: String) -> [String] {
    var found: [String] = []
    for name in names(in: path) where name.hasPrefix(prefix) {
      do throws(FileError) {
        if try Directory.isDirectory("\(path)/\(name)") { found.append("\(path)/\(name)") }
      } catch {
        failure = failure ?? error
      }
    }
    return found
  }

  /// Returns the names in a directory; empty if it cannot be read.
  mutating func names(in path: String) -> [String] {
    do throws(FileError) {
      return try Directory.names(in: path)
    } catch {
      failure = failure ?? error
      return []
    }
  }

  func removeEmpty() {
    for directory in paths + dates { Directory.removeIfEmpty(directory) }
  }
}
