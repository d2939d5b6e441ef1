import Foundation
import NetFlow
import Settings
import TestSupport
import Testing

@Suite("A file of information elements")
struct ElementsFileTests {
  private static func file(_ text: String, _ name: String = "elements.csv") throws -> (TemporaryFolder, String) {
    let folder = try TemporaryFolder()
    let path = folder.path + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return (folder, path)
  }

  /// Returns the error for a file's text, without the folder.
  private static func fault(_ text: String, _ name: String = "elements.csv") throws -> String? {
    let (folder, path) = try file(text, name)
    defer { withExtendedLifetime(folder) {} }
    do throws(ElementsFileError) {
      _ = try ElementsFile(path)
      return nil
    } catch {
      return error.description.replacing(folder.path + "/", with: "")
    }
  }

  private static let csv = """
    # of our probes
    enterprise, number, name, type
    6871, 40, exampleCount, unsigned32

    9,12345,exampleAddress,ipv4Address  # its own
    """
  private static let yaml = """
    - enterprise: 6871
      number: 40
      name: exampleCount
      type: unsigned32
    - {enterprise: 9, number: 12345, name: exampleAddress, type: ipv4Address}
    """

  @Test("is CSV or YAML, by its name", arguments: [("elements.csv", csv), ("elements.yaml", yaml)])
  func forms(_ name: String, _ text: String) throws {
    let (folder, path) = try Self.file(text, name)
    defer { withExtendedLifetime(folder) {} }
    let names = try ElementsFile(path).names
    #expect(names.count == 2)
    #expect(names[FieldElement(40, enterprise: 6871)]?.name == "exampleCount")
    #expect(names[FieldElement(40, enterprise: 6871)]?.type == .unsigned32)
    #expect(names[FieldElement(12345, enterprise: 9)]?.type == .ipv4Address)
    #expect(try ElementsFile(name, directory: folder.path + "/").names == names)
    #expect(try ElementsFile("").names.isEmpty)
  }

  private static let faults: [(text: String, name: String, fault: String)] = [
    ("9,1,a\n", "elements.csv", "elements.csv:1: expected enterprise,number,name,type, found 3 fields"),
    (
      "\n# x\nnine,1,a,string", "elements.csv",
      "elements.csv:3: enterprise: expected a private enterprise number such as 9, found nine"
    ),
    ("9,40000,a,string", "elements.csv", "elements.csv:1: number: expected a number from 0 to 32767, found 40000"),
    ("9,1,a,string\n9,1,b,string", "elements.csv", "elements.csv:2: number: expected no duplicate elements, found 1"),
    ("9,1,a,string\n9,2,a,string", "elements.csv", "elements.csv:2: name: expected no duplicate names, found a"),
    (
      "0,8,a,string", "elements.csv",
      "elements.csv:1: number: expected an element that IANA's registry does not have, found 8"
    ),
    (
      "9,1,octetDeltaCount,string", "elements.csv",
      "elements.csv:1: name: expected a name that IANA's registry does not have, without /, found octetDeltaCount"
    ),
    (
      "9,1,,string", "elements.csv",
      "elements.csv:1: name: expected a name that IANA's registry does not have, without /, found nothing"
    ),
    (
      "a: b", "elements.yaml",
      "elements.yaml:1: expected a list of maps such as - {enterprise: 9, number: 12345, name: example, type: unsigned32}"
    ),
    (
      "- {enterprise: 9, number: 1, name: a, type: string}\n- {enterprise: 9, number: 2, name: b, typ: string}",
      "elements.yaml", "elements.yaml:2: typ: unknown key; expected enterprise, number, name, type"
    ),
    (
      "- {enterprise: 9, number: 1, name: a}", "elements.yaml",
      "elements.yaml:1: type: expected, in a map such as {enterprise: 9, number: 12345, name: example, type: unsigned32}"
    ),
  ]

  @Test("that is wrong says where and what", arguments: faults.indices)
  func wrong(_ index: Int) throws {
    let sample = Self.faults[index]
    #expect(try Self.fault(sample.text, sample.name) == sample.fault)
  }

  @Test("that has a type nobody knows lists those there are")
  func types() throws {
    let fault = try Self.fault("9,1,a,text")
    #expect(fault?.hasPrefix("elements.csv:1: type: expected one of octetArray, unsigned8, ") == true)
    #expect(fault?.hasSuffix(", found text") == true)
    #expect(try Self.fault("- [", "elements.yaml")?.hasPrefix("elements.yaml: not YAML: ") == true)
  }

  @Test("is read with the configuration, which names it from its own folder and says what is wrong")
  func configuration() throws {
    let (folder, _) = try Self.file(Self.csv)
    defer { withExtendedLifetime(folder) {} }
    let path = folder.path + "/sagflow.yaml"
    try Data("exporters: {elementsFile: elements.csv}\n".utf8).write(to: URL(fileURLWithPath: path))
    let values = try CollectorConfiguration.load(file: path, environment: [:]).values
    #expect(values.decoderOptions(workers: 1).elements.count == 2)
    try Data("exporters: {elementsFile: none.csv}\n".utf8).write(to: URL(fileURLWithPath: path))
    do throws(ConfigurationError) {
      _ = try CollectorConfiguration.load(file: path, environment: [:])
      Issue.record("a file that is not there was taken")
    } catch {
      #expect(
        error.lines == ["\(path):1:27: exporters.elementsFile: \(folder.path)/none.csv: no such file; name another"])
    }
  }

  @Test("that has changed is a change of a reload, though its name is as it was")
  func reload() throws {
    let (folder, path) = try Self.file("9,1,a,string\n")
    defer { withExtendedLifetime(folder) {} }
    var running = CollectorConfiguration()
    running.live.exporters.elementsFile = try ElementsFile(path)
    #expect(ConfigurationReload(from: running, to: running).changes.isEmpty)
    try Data("9,1,b,string\n".utf8).write(to: URL(fileURLWithPath: path))
    var loaded = running
    loaded.live.exporters.elementsFile = try ElementsFile(path)
    let reload = ConfigurationReload(from: running, to: loaded)
    #expect(
      reload.changes.map(\.description) == ["exporters.elementsFile: \(path) has changed and was reloaded"])
    #expect(reload.values == loaded)
  }
}
