import Foundation
import Testing

/// The modules as Package.swift declares them, as their sources use them, and as docs/design.md shows them.
@Suite("Modules import what they declare, and nothing upward")
struct ModuleGraphTests {
  private struct Target {
    var name: String
    var folder: String
    var dependencies: Set<String>
  }

  /// Modules of the toolchain.
  private static let toolchain: Set<String> = ["Dispatch", "Foundation", "Glibc", "Synchronization", "Testing"]

  /// Targets of Swift code with what they depend on, modules and products alike.
  private static func targets() throws -> [Target] {
    let manifest = try PackageFiles.text("Package.swift")
    let start = try #require(manifest.range(of: "  targets: ["))
    let heads = manifest[start.upperBound...].matches(
      of: /\.(?<kind>target|executableTarget|testTarget|systemLibrary)\(\s*name: "(?<name>\w+)"/)
    var targets: [Target] = []
    for (index, head) in heads.enumerated() {
      let end = index + 1 < heads.count ? heads[index + 1].range.lowerBound : manifest.endIndex
      // The condition of a dependency names no module.
      let text = manifest[head.range.upperBound..<end].replacing(/, condition: \.when\([^)]*\)/, with: "")
      guard head.kind != "systemLibrary", text.contains("swiftSettings: ours") else { continue }
      let name = String(head.name)
      let folder = text.firstMatch(of: /path: "([^"]+)"/).map { String($0.1) }
      var dependencies: Set<String> = []
      if let list = text.firstMatch(of: /dependencies: \[(?<list>[^\]]*)\]/)?.list {
        // A product's package is not a module.
        for match in list.replacing(/, package: "[^"]*"/, with: "").matches(of: /"([^"]+)"/) {
          dependencies.insert(String(match.1))
        }
      }
      targets.append(
        Target(
          name: name, folder: folder ?? (head.kind == "testTarget" ? "Tests/" : "Sources/") + name,
          dependencies: dependencies))
    }
    return targets
  }

  /// Modules that the sources of a folder import.
  private static func imports(_ folder: String) throws -> Set<String> {
    var modules: Set<String> = []
    let root = PackageFiles.path(folder)
    let files = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    for file in files where file.hasSuffix(".swift") {
      let text = try String(contentsOfFile: "\(root)/\(file)", encoding: .utf8)
      // Two spaces: within a condition of the package's traits.
      for match in text.matches(of: /(?m)^(?:  )?(?:@\w+ )?(?:(?:public|package|internal|private) )?import (\w+)/) {
        modules.insert(String(match.1))
      }
    }
    return modules
  }

  @Test("Each target declares exactly what its sources import")
  func declared() throws {
    let targets = try Self.targets()
    #expect(targets.count > 25)
    for target in targets {
      let imports = try Self.imports(target.folder).subtracting(Self.toolchain)
      let undeclared = imports.subtracting(target.dependencies).sorted()
      let unused = target.dependencies.subtracting(imports).subtracting(Self.runOnly[target.name] ?? []).sorted()
      #expect(undeclared == [], "\(target.name) imports what Package.swift does not declare for it")
      #expect(unused == [], "\(target.name) declares what it does not import")
    }
  }

  /// Targets that tests need built and do not import.
  private static let runOnly: [String: Set<String>] = [
    "ClickHouseTests": ["sagflow"], "EndToEndTests": ["sagflow"], "CollectorTests": ["sagflow"],
  ]

  @Test("docs/design.md has all modules, each below those that it imports")
  func documented() throws {
    let targets = try Self.targets().filter { $0.folder.hasPrefix("Sources/") }
    let names = Set(targets.map(\.name))
    let rows = try PackageFiles.text("docs/design.md").matches(of: /(?m)^\| `(\w+)` \| ([^|]*) \| ([^|]*) \|$/)
    #expect(Set(rows.map { String($0.1) }) == names)
    var above: Set<String> = []
    for row in rows {
      let name = String(row.1)
      let documented = Set(row.3.matches(of: /`(\w+)`/).map { String($0.1) })
      let imported = try #require(targets.first { $0.name == name }).dependencies.intersection(names)
      #expect(documented == imported, "\(name)")
      #expect(imported.isSubset(of: above), "\(name) imports upward")
      above.insert(name)
    }
  }
}
