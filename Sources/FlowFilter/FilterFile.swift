import Foundation

/// A file of filter text.
struct FilterFile {
  /// As it was named.
  let path: String
  /// The same for each way to name one file.
  let identity: String
  let text: String

  /// Larger files are no filters.
  static let maximumSize = 16 << 20

  /// The directory that names in it are relative to.
  var directory: String { Self.directory(of: path) }

  static func directory(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }

  init(_ path: String) throws(FilterError.FileFault) {
    self.path = path
    identity = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let data: Data
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      data = try handle.read(upToCount: Self.maximumSize + 1) ?? Data()
    } catch CocoaError.fileReadNoSuchFile, CocoaError.fileNoSuchFile {
      throw .init(path: path, kind: .missing, reason: "no such file; give one that exists")
    } catch CocoaError.fileReadNoPermission {
      throw .init(path: path, kind: .notPermitted, reason: "permission denied; give this user read permission")
    } catch {
      throw .init(path: path, kind: .unreadable, reason: "cannot be read; give a text file")
    }
    guard data.count <= Self.maximumSize else {
      throw .init(path: path, kind: .unreadable, reason: "larger than 16 MiB; split it")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw .init(path: path, kind: .unreadable, reason: "not UTF-8; save it as UTF-8")
    }
    // Some editors begin a file with a byte order mark.
    self.text = text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
  }
}
