import Foundation

/// The flow files under some paths.
public enum StoreFiles {
  /// All committed files of a store, a folder of it, or the files named themselves, in the order of their names, which in a
  /// store is that of time. Nothing is opened.
  ///
  /// - Throws: `QueryError.noSuchPath` or `noFiles`.
  public static func find(_ paths: [String]) throws(QueryError) -> [String] {
    var found: [String] = []
    for path in paths {
      var isFolder: ObjCBool = false
      guard fileExists(path, &isFolder) else { throw .noSuchPath(path) }
      if !isFolder.boolValue {
        found.append(path)
        continue
      }
      let files = files(under: path)
      if files.isEmpty { throw .noFiles(path) }
      found += files.sorted()
    }
    return found
  }

  private static func fileExists(_ path: String, _ isFolder: inout ObjCBool) -> Bool {
    // Sound: the call writes one flag of its caller's.
    unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
  }

  /// Folder and name below the root; what is hidden is being written, or is no flow file.
  private static func files(under root: String) -> [String] {
    guard let walk = FileManager.default.enumerator(atPath: root) else { return [] }
    var files: [String] = []
    while let name = walk.nextObject() as? String {
      let last = name.split(separator: "/").last ?? ""
      if last.hasSuffix(".parquet"), !last.hasPrefix(".") { files.append("\(root)/\(name)") }
    }
    return files
  }

}
