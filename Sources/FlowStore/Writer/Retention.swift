/// Which files are dropped when: whole files only, the oldest first.
public struct Retention: Sendable, Equatable {
  /// Seconds after which a file is dropped; 0: never.
  public var age: Int64
  /// Octets that the store may take up; 0: without bound.
  public var size: Int64

  public init(age: Int64 = 0, size: Int64 = 0) {
    self.age = age
    self.size = size
  }

  /// What a pass removed.
  public struct Result: Sendable, Equatable {
    public var files = 0
    public var octets: Int64 = 0
    /// Why a file that should go could not be removed, the first if there are several.
    public var failure: StoreError?

    public init() {}
  }

  /// Drops what is over age or size. A file that cannot be removed stays, and the next ones are looked at.
  ///
  /// - Parameters:
  ///   - path: the store's directory.
  ///   - now: seconds since 1970 UTC.
  public func apply(to path: String, now: Int64) -> Result {
    var result = Result()
    guard age > 0 || size > 0 else { return result }
    let files: [StoredFile]
    do throws(StoreError) {
      files = try StoredFile.list(path).sorted { ($0.window, $0.path) < ($1.window, $1.path) }
    } catch {
      result.failure = error
      return result
    }
    var total = files.reduce(0) { $0 + $1.size }
    for file in files {
      let isOld = age > 0 && file.window < now - age
      guard isOld || size > 0 && total > size else { break }
      do throws(StoreError) {
        try Directory.remove(file.path)
        total -= file.size
        result.files += 1
        result.octets += file.size
      } catch {
        result.failure = result.failure ?? error
      }
    }
    if result.files > 0 { try? StoredFile.removeEmptyFolders(path) }
    return result
  }
}

/// A committed file, as its name tells it.
struct StoredFile {
  let path: String
  /// Start of its window, seconds since 1970 UTC.
  let window: Int64
  let size: Int64

  /// The store's files, in no order; what is not ours is left alone.
  static func list(_ root: String) throws(StoreError) -> [StoredFile] {
    var files: [StoredFile] = []
    for hour in try hourFolders(root) {
      for name in try Directory.names(in: hour) where name.hasPrefix("flows-") && name.hasSuffix(".parquet") {
        let path = "\(hour)/\(name)"
        guard let window = window(ofName: name), let size = Directory.fileSize(path) else { continue }
        files.append(StoredFile(path: path, window: window, size: size))
      }
    }
    return files
  }

  static func hourFolders(_ root: String) throws(StoreError) -> [String] {
    var hours: [String] = []
    for date in try Directory.names(in: root) where date.hasPrefix("date=") {
      let names = try Directory.names(in: "\(root)/\(date)").filter { $0.hasPrefix("hour=") }
      hours += names.map { "\(root)/\(date)/\($0)" }
    }
    return hours
  }

  static func removeEmptyFolders(_ root: String) throws(StoreError) {
    for hour in try hourFolders(root) { Directory.removeIfEmpty(hour) }
    for date in try Directory.names(in: root) where date.hasPrefix("date=") {
      Directory.removeIfEmpty("\(root)/\(date)")
    }
  }

  /// The time in `flows-<host>-<yyyymmddThhmmssZ>-<worker>-<sequence>.parquet`; a host's name may have dashes too.
  private static func window(ofName name: String) -> Int64? {
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
