import FlowFilter
import Foundation
import TestSupport
import Testing

@Suite("Filters in files")
struct FilterTextTests {
  /// Returns a folder with these files.
  private static func folder(_ files: [String: String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, text) in files {
      let url = URL(fileURLWithPath: "\(folder.path)/\(name)")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    return folder
  }

  private static func filter(_ name: String, of files: [String: String]) throws -> FlowFilter {
    let folder = try Self.folder(files)
    return try FilterText(file: "\(folder.path)/\(name)").filter()
  }

  @Test("a file may span lines, hold comments, and include others, whose names are relative to it")
  func including() throws {
    let files = [
      "a": "# what is watched\n@include sub/b and # not @include this\n  port 443\n",
      "sub/b": "src ip 10.0.0.1 # one\nor @include c # another",
      "sub/c": "\u{feff}dst ip 10.0.0.2",
      "list": "src ip in [ @include addresses, @include \"more addresses\" 10.0.0.3]",
      "addresses": "# two of them\n10.0.0.1\n10.0.0.2 # last",
      "more addresses": "10.0.0.4",
      "crlf": "ipv4\r\nand # with\r\nport 53\r\n",
    ]
    #expect(
      try Self.filter("a", of: files) == FlowFilter(parsing: "(src ip 10.0.0.1 or dst ip 10.0.0.2) and port 443"))
    #expect(
      try Self.filter("list", of: files) == FlowFilter(parsing: "src ip in [10.0.0.1 10.0.0.2 10.0.0.4 10.0.0.3]"))
    #expect(try Self.filter("crlf", of: files) == FlowFilter(parsing: "ipv4 and port 53"))
  }

  @Test("an included file is one condition, whatever is around it")
  func grouping() throws {
    let files = ["not": "not @include either", "either": "port 1 or port 2\n", "both": "@include either and ipv4"]
    #expect(try Self.filter("not", of: files) == FlowFilter(parsing: "not (port 1 or port 2)"))
    #expect(try Self.filter("both", of: files) == FlowFilter(parsing: "(port 1 or port 2) and ipv4"))
  }

  @Test(
    "what is wrong is told with its file, line and column",
    arguments: [
      ("ipv4\nand src prt 80", "/a:2:9: expected ip"),
      ("ipv4 and @include b", "/b:2:5: expected a word or an operator"),
      ("ipv4\n  or @include missing or port 1", "/a:2:6: "), ("@include b2 and prt 1", "/a:1:17: expected a condition"),
      ("@include", "/a:1:9: expected a file name, found the end"),
      ("@include 'b2", "/a:1:10: expected a file name in quotes"),
      ("ipv4 and @incline b", "/a:1:10: expected @include FILE, found '@incline'"),
      ("src ip in [10.0.0.1,\n10.0.0.2", "/a:2:9: expected an address"),
      ("ipv4 and\n@include empty", "/a:2:1: "),
    ])
  func places(text: String, message: String) throws {
    let folder = try Self.folder(["a": text, "b": "ipv4\nand &", "b2": "ipv4", "empty": " # nothing\n"])
    let error = #expect(throws: FilterError.self) { try FilterText(file: folder.path + "/a").filter() }
    #expect(error?.description.hasPrefix(folder.path + message) == true, "\(error?.description ?? "")")
  }

  @Test("files that are missing, not text, or include themselves are named")
  func faults() throws {
    let folder = try Self.folder([
      "a": "@include missing", "b": "port 1 or @include c", "c": "@include ./b", "latin": "# b",
      "self": "@include self",
    ])
    try Data([0x23, 0xe9]).write(to: URL(fileURLWithPath: folder.path + "/latin"))
    func fault(_ name: String) -> FilterError? {
      #expect(throws: FilterError.self) { try FilterText(file: "\(folder.path)/\(name)") }
    }
    #expect(fault("nowhere")?.fault?.kind == .missing)
    #expect(fault("nowhere")?.description == "\(folder.path)/nowhere: no such file; give one that exists")
    #expect(fault("a")?.fault?.kind == .missing)
    #expect(fault("a")?.description.contains("/a:1:1: \(folder.path)/missing: no such file") == true)
    #expect(fault("latin")?.fault?.kind == .unreadable)
    #expect(fault("")?.fault?.kind == .unreadable)
    let circle = try #require(fault("b")).description
    #expect(circle.contains("/b includes \(folder.path)/c includes \(folder.path)/./b"), "\(circle)")
    #expect(fault("self")?.description.contains("includes itself") == true)
  }

  @Test("inclusion ends, however deep or wide it is meant to be")
  func bounds() throws {
    var files = ["last": "port 1"]
    for number in 0..<40 { files["deep\(number)"] = "@include deep\(number + 1)" }
    for number in 0..<12 { files["wide\(number)"] = "@include wide\(number + 1) or @include wide\(number + 1)" }
    files["deep40"] = "port 1"
    files["wide12"] = "port 1"
    let folder = try Self.folder(files)
    for name in ["deep0", "wide0"] {
      let error = #expect(throws: FilterError.self) { try FilterText(file: "\(folder.path)/\(name)") }
      #expect(error?.description.contains("include fewer") == true, "\(error?.description ?? "")")
    }
  }

  @Test("several texts must all hold")
  func all() throws {
    let texts = [try FilterText("port 1 or port 2 # first"), try FilterText("  "), try FilterText("ipv4\n# last")]
    #expect(try FlowFilter(parsing: FilterText.all(texts)) == FlowFilter(parsing: "(port 1 or port 2) and ipv4"))
    #expect(FilterText.all([try FilterText("ipv4"), try FilterText("")]) == "ipv4")
    #expect(FilterText.all([try FilterText(""), try FilterText("")]) == "")
  }
}
