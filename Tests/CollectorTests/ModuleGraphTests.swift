import Foundation
import Testing

/// The modules as declared in Package.swift, as imported by their sources, and as listed in docs/design.md.
@Suite("Modules import what they declare, and nothing upward")
struct ModuleGraphTests {
  private struct Target {
    var name: String
    var folder: String
    var dependencies: Set<String>
  }

  /// Modules of the toolchain.
  private static let toolchain: Set<String> = ["Dispatch", "Foundation", "Glibc", "Synchronization", "Testing"]

  /// Returns the Swift targets with their dependencies, both modules and products.
  private static func targets() throws -> [Target] {
    let manifest = try PackageFiles.text("Package.swift")
    let start = try #require(manifest.range(of: "  targets: ["))
    let products = Dictionary(
      uniqueKeysWithValues: manifest[..<start.lowerBound]
        .matches(of: /(?m)^let (\w+): Target\.Dependency = \.product\(name: "(\w+)", package: "[^"]+"\)$/)
        .map { (String($0.1), String($0.2)) })
    let heads = manifest[start.upperBound...].matches(
      of: /\.(?<kind>target|executableTarget|testTarget|systemLibrary)\(\s*name: "(?<name>\w+)"/)
    var targets: [Target] = []
    for (index, head) in heads.enumerated() {
      let end = index + 1 < heads.count ? heads[index + 1].range.lowerBound : manifest.endIndex
      // Removes conditions, which name no module.
      let text = manifest[head.range.upperBound..<end].replacing(/, condition: \.when\([^)]*\)/, with: "")
      let name = String(head.name)
      let path = text.firstMatch(of: /path: "([^"]+)"/).map { String($0.1) }
      let folder = path ?? (head.kind == "testTarget" ? "Tests/" : "Sources/") + name
      guard head.kind != "systemLibrary", !files(folder).isEmpty else { continue }
      var dependencies: Set<String> = []
      if let list = text.firstMatch(of: /dependencies: \[(?<list>[^\]]*)\]/)?.list {
        for match in list.matches(of: /"(\w+)"|\b([a-z]\w*)(?=,|\s*$)/) {
          if let module = match.1 { dependencies.insert(String(module)) }
          if let product = match.2 { dependencies.insert(try #require(products[String(product)], "\(product)")) }
        }
      }
      targets.append(Target(name: name, folder: folder, dependencies: dependencies))
    }
    return targets
  }

  /// Returns the Swift files in a folder.
  private static func files(_ folder: String) -> [String] {
    let root = PackageFiles.path(folder)
    let files = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    return files.filter { $0.hasSuffix(".swift") }.map { "\(root)/\($0)" }
  }

  /// Returns the modules imported by the sources in a folder.
  private static func imports(_ folder: String) throws -> Set<String> {
    var modules: Set<String> = []
    for file in files(folder) {
      let text = try String(contentsOfFile: file, encoding: .utf8)
      // Two spaces: inside a condition on a package trait.
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

  /// Dependencies of test targets that must be built but are not imported.
  private static let runOnly: [String: Set<String>] = [
    "ClickHouseTests": ["sagflow"], "EndToEndTests": ["sagflow"], "CollectorTests": ["sagflow"],
    "TestSupport": ["CSanitizers"],
  ]

  @Test("All targets have the same settings, strict memory safety among them")
  func settings() throws {
    let manifest = try PackageFiles.text("Package.swift")
    let loop = "for target in package.targets where target.type != .system { target.swiftSettings = ours }\n"
    // The loop is last in the file: no target is added after it, and no target has its own settings.
    #expect(manifest.hasSuffix("\n" + loop))
    #expect(manifest.ranges(of: "swiftSettings").count == 1)
    let settings = try #require(manifest.firstMatch(of: /let ours: \[SwiftSetting\] =(?<list>[^\]]+)\]/)?.list)
    for setting in [
      #".strictMemorySafety()"#, #".treatWarning("StrictMemorySafety", as: .error)"#,
      #".enableUpcomingFeature("ExistentialAny")"#, #".enableUpcomingFeature("InternalImportsByDefault")"#,
      #".enableUpcomingFeature("MemberImportVisibility")"#,
    ] { #expect(settings.contains(setting), "\(setting)") }
    #expect(manifest.contains("swiftLanguageModes: [.v6]"))
  }

  @Test("`unsafe` has few homes")
  func unsafeHomes() throws {
    let homes = try Self.files("Sources").filter {
      try String(contentsOfFile: $0, encoding: .utf8).contains(/\bunsafe\s/)
    }
    #expect(homes.count <= 15, "\(homes.sorted().joined(separator: "\n"))")
  }

  @Test("what waits for a limited time does not wait until a time of day")
  func timedWaits() throws {
    // Of `NSCondition` and `Thread`, these are the ones that take a `Date`.
    let waiting = try Self.files("Sources").filter { !$0.contains("/Waiting/") }.filter {
      try String(contentsOfFile: $0, encoding: .utf8).contains(/DispatchSemaphore|lock\.wait\(until|sleep\(until/)
    }
    #expect(waiting == [])
  }

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
