import Foundation

/// The ini format shared by the credentials files of several clouds.
package enum IniFile {
  /// Returns sections and their keys; `;` begins a comment line, `#` a comment anywhere.
  package static func sections(_ text: String) -> [String: [String: String]] {
    var sections: [String: [String: String]] = [:]
    var name: String?
    for line in text.split(whereSeparator: \.isNewline) {
      let content = (line.firstIndex(of: "#").map { line[..<$0] } ?? line).trimmingCharacters(in: .whitespaces)
      if content.isEmpty || content.hasPrefix(";") { continue }
      if content.hasPrefix("["), content.hasSuffix("]") {
        name = content.dropFirst().dropLast().trimmingCharacters(in: .whitespaces)
        if let name { sections[name] = sections[name] ?? [:] }
      } else if let name, let sign = content.firstIndex(where: { $0 == "=" || $0 == ":" }) {
        let key = content[..<sign].trimmingCharacters(in: .whitespaces).lowercased()
        sections[name]?[key] = content[content.index(after: sign)...].trimmingCharacters(in: .whitespaces)
      }
    }
    return sections
  }
}
