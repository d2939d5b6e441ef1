import FlowModel
import Foundation
import NetFlow
import TestSupport
import Testing

@Suite("The registry of information elements")
struct RegistryTests {
  private static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let list = package.appending(path: "Sources/NetFlow/Registry/iana-ipfix.csv")
  private static let identifiers = package.appending(
    path: "Sources/FlowModel/Elements/InformationElementID+Registry.swift")
  private static let reference = package.appending(path: "../shared/corpus/iana-ie.csv")

  private static func rows(_ file: URL) throws -> [[String]] {
    try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test("has every line of the list it was made from, semantics and units too")
  func matchesList() throws {
    let elements = InformationElement.all.map { element in
      [
        String(element.id.rawValue), element.name, element.type.rawValue, element.semantics?.rawValue ?? "",
        element.units?.rawValue ?? "",
      ]
    }
    #expect(try elements == Self.rows(Self.list))
  }

  @Test("has IANA's numbers, names and types", .enabled(if: FileManager.default.fileExists(atPath: reference.path)))
  func matchesReference() throws {
    let elements = InformationElement.all.map { [String($0.id.rawValue), $0.name, $0.type.rawValue] }
    #expect(try elements == Self.rows(Self.reference))
  }

  @Test("finds an element by number and by name", arguments: InformationElement.all)
  func findsBoth(_ element: InformationElement) {
    #expect(InformationElement.named(element.id) == element)
    #expect(InformationElement.named(element.name) == element)
  }

  /// Returns number and name of the constants of `InformationElementID` in the source.
  private static func constants() throws -> [[String]] {
    let pattern = #/ static var (\w+): Self \{ Self\(rawValue: (\d+)\) \}/#
    return try String(contentsOf: identifiers, encoding: .utf8).matches(of: pattern).map { match in
      [String(match.output.2), String(match.output.1)]
    }
  }

  @Test("has a constant of every element's name with its number")
  func hasConstants() throws {
    #expect(try Self.constants() == InformationElement.all.map { [String($0.id.rawValue), $0.name] })
  }

  @Test(
    "calls an element as its constant",
    arguments: [
      (.octetDeltaCount, "octetDeltaCount"), (.VRFname, "VRFname"), (.IPSecSPI, "IPSecSPI"),
      (.mplsLabelStackSection10, "mplsLabelStackSection10"), (.paddingOctets, "paddingOctets"),
    ] as [(InformationElementID, String)])
  func constant(_ id: InformationElementID, _ name: String) {
    #expect(InformationElement.named(id)?.name == name)
    #expect(InformationElement.named(name)?.id == id)
  }

  @Test("is what its script makes of the list", .tags(.engine), .unlessFast, .enabled(if: Tool.python != nil))
  func isCurrent() async throws {
    let script = Self.package.appending(path: "scripts/generate-registry.py").path
    let outcome = try await #require(Tool.python).outcome(["-B", script, "--check"])
    #expect(outcome == Outcome(status: 0, output: "", errors: ""))
  }

  @Test("knows nothing of numbers not given out", arguments: [0, 65, 97, 105, 416, 419, 534, 32767, 32768, 65535])
  func unknownNumber(_ number: UInt16) {
    #expect(InformationElement.named(InformationElementID(rawValue: number)) == nil)
  }

  @Test("knows nothing of other names", arguments: ["", "octetdeltacount", "octetDeltaCount ", "1"])
  func unknownName(_ name: String) {
    #expect(InformationElement.named(name) == nil)
  }

  @Test(
    "tells what counters and times count",
    arguments: [
      (1, .deltaCounter, .octets), (2, .deltaCounter, .packets), (85, .totalCounter, .octets),
      (86, .totalCounter, .packets), (3, .deltaCounter, .flows), (152, nil, .milliseconds), (150, nil, .seconds),
      (22, nil, .milliseconds), (6, .flags, nil), (4, .identifier, nil), (291, .list, nil), (8, nil, nil),
    ] as [(UInt16, InformationElement.Semantics?, InformationElement.Units?)])
  func meaning(_ number: UInt16, _ semantics: InformationElement.Semantics?, _ units: InformationElement.Units?) {
    let element = InformationElement.named(InformationElementID(rawValue: number))
    #expect(element?.semantics == semantics)
    #expect(element?.units == units)
  }

  @Test(
    "names fields: the registry's name, or numbers",
    arguments: [
      (FieldName(FieldElement(1)), "octetDeltaCount", .unsigned64),
      (FieldName(FieldElement(40005)), "0/40005", .octetArray),
      (FieldName(FieldElement(0)), "0/0", .octetArray),
      (FieldName(FieldElement(1, enterprise: 9)), "9/1", .octetArray),
      (FieldName(FieldElement(1, enterprise: 29305)), "29305/1", .unsigned64),
      (FieldName(FieldElement(9999, enterprise: 29305)), "29305/9999", .octetArray),
      (FieldName(FieldElement(1, enterprise: .max)), "4294967295/1", .octetArray),
      (FieldName(FieldElement(8), isV9Scope: true), "scope/8", .unsigned64),
    ] as [(FieldName, String, AbstractType)])
  func names(_ name: FieldName, _ text: String, _ type: AbstractType) {
    #expect(name.description == text)
    #expect(name.type == type)
  }
}
