package import Files
package import NetworkBytes

/// The published files of one collector in a store, by name relative to the store.
package struct OwnFiles: Sendable {
  /// The store's directory.
  package let root: String
  private let owner: FileOwner

  package init(in root: String, of owner: FileOwner) {
    self.root = root
    self.owner = owner
  }

  /// Returns `date=…/hour=…/flows-….parquet` of each, in no order, without opening any.
  ///
  /// - Throws: the first error, if any directory cannot be read.
  package func names() throws(FileError) -> [String] {
    var found: [String] = []
    var hours = HourDirectories(root)
    for hour in hours.paths {
      let directory = hour.dropFirst(root.count + 1)
      for name in hours.names(in: hour) where isOwn(name) { found.append("\(directory)/\(name)") }
    }
    if let failure = hours.failure { throw failure }
    return found
  }

  /// Returns a file's name relative to the store; nil if it is not one of these.
  package func name(ofPath path: String) -> String? {
    guard path.hasPrefix("\(root)/"), let last = path.split(separator: "/").last, isOwn(last) else { return nil }
    return String(path.dropFirst(root.count + 1))
  }

  package func path(_ name: String) -> String { "\(root)/\(name)" }

  /// Returns the start of a file's window.
  package static func window(of name: String) -> UnixSeconds? {
    name.split(separator: "/").last.flatMap { StoredFile.window(ofName: $0) }
  }

  private func isOwn(_ name: some StringProtocol) -> Bool {
    let end = ".parquet"
    guard name.hasPrefix("flows-"), name.hasSuffix(end), name.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      return false
    }
    return owner.owns(Substring(name).dropLast(end.count), worker: nil) && StoredFile.window(ofName: name) != nil
  }
}
