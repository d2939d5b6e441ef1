import Foundation

/// A file with filter text.
struct FilterFile {
  /// The path as given.
  let path: String
  /// The same for all paths that lead to the file.
  let identity: String
  let text: String

  /// Maximum size, octets.
  static let maximumSize = 16 << 20

  /// The directory that relative names in the file refer to.
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
    // Some editors write a byte order mark.
    self.text = text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
  }
}
