import Files
import Foundation
import Labels
import LookupTables
import NetworkBytes
import TestSupport
import Testing

@Suite("Files of prefixes")
struct PrefixFileTests {
  private var sample: LabelSample

  init() throws { sample = try LabelSample() }

  @Test("Site, customer and role make the label of the longest prefix; a label of its own overrides them")
  mutating func labels() throws {
    let labels = try sample.prefixes(
      """
      prefix,site,customer,role,label
      10.0.0.0/8,berlin,,,
      10.1.0.0/16,berlin,acme,,
      10.1.2.0/24,,acme,voice,
      10.1.2.3,,,,the printer
      2001:db8::/32,lab,,guest,
      ::ffff:192.0.2.0/120,mapped,,,
      """
    ).get()
    for (address, label) in [
      ("10.9.9.9", "berlin"), ("10.1.0.1", "berlin/acme"), ("10.1.2.1", "acme/voice"), ("10.1.2.3", "the printer"),
      ("2001:db8::1", "lab/guest"), ("192.0.2.9", "mapped"), ("192.0.3.1", nil), ("::1", nil),
    ] as [(String, String?)] {
      #expect(sample.text(labels.table[try #require(IPAddress(address))]) == label, "\(address)")
    }
    #expect(labels.count == 6)
  }

  @Test(
    "What programs make of CSV is read: CRLF, a byte order mark, quotes, spaces, comments, columns in any order, no last line end",
    arguments: [
      "prefix,site\r\n10.0.0.0/8,a site\r\n", "\u{feff}prefix,site\n10.0.0.0/8,a site",
      "site,prefix\na site,10.0.0.0/8\n",
      "# made by hand\n\nprefix, Site \n\n# one\n 10.0.0.0/8 , a site \n  \n",
      "\"prefix\",\"site\"\n\"10.0.0.0/8\",\"a site\"\n",
      "prefix,site,country,description\n10.0.0.0/8,a site,DE,\"of, say, \"\"us\"\"\"\n",
    ])
  mutating func forms(text: String) throws {
    let labels = try sample.prefixes(text).get()
    #expect(sample.text(labels.table[IPAddress(v4: 0x0a01_0203)]) == "a site")
  }

  @Test("Columns without a meaning are named")
  mutating func unused() throws {
    #expect(
      try sample.prefixes("prefix,owner,site,color\n10.0.0.0/8,x,y,z\n").get().unusedColumns == ["color", "owner"])
  }

  @Test(
    "A line that is wrong is named with what is wrong",
    arguments: [
      ("10.0.0.0/8", "line 2: 1 fields, but the header has 2 columns; quote fields that contain commas"),
      ("10.0.0/8,a", "line 2: '10.0.0/8' is not a prefix; expected one such as 10.0.0.0/8 or 2001:db8::/32"),
      ("10.0.0.0/33,a", "line 2: '10.0.0.0/33' is not a prefix; the length must be 0 to 32"),
      ("10.0.0.0/-1,a", "line 2: '10.0.0.0/-1' is not a prefix; the length must be a number from 0 to 32"),
      ("10.0.0.0/,a", "line 2: '10.0.0.0/' is not a prefix; the length must be a number from 0 to 32"),
      ("2001:db8::/129,a", "line 2: '2001:db8::/129' is not a prefix; the length must be 0 to 128"),
      ("10.1.2.3/24,a", "line 2: '10.1.2.3/24' has bits beyond its length; write 10.1.2.0/24"),
      ("10.0.0.0/8,", "line 2: no label, site, customer or role for 10.0.0.0/8"),
      ("10.0.0.0/8,a\u{7}b", "line 2: a control character (U+7); remove it"),
      ("10.0.0.0/8,a\u{202e}b", "line 2: a control character (U+202E); remove it"),
      ("10.0.0.0/8,\"ab", "line 2: unterminated quoted field; close it on the same line"),
      ("10.0.0.0/8,\"a\"b", "line 2: text after a closing quote; put a comma between, or double a literal quote"),
      ("10.0.0.0/8,a\"b", "line 2: quote within a field; quote the field and double the quote"),
      ("10.0.0.0/8,\(String(repeating: "x", count: 256))", "line 2: text of more than 255 bytes"),
      ("10.0.0.0/8,a\n10.0.0.0/8,b", "line 3: 10.0.0.0/8 has another label in line 2; remove one of them"),
    ])
  mutating func wrong(line: String, problem: String) throws {
    #expect(try sample.prefixes("prefix,site\n\(line)\n").problems == [problem])
  }

  @Test("A line that is too long, and a file of too many rows or octets, end in errors, whatever their size")
  mutating func bounds() throws {
    let long = "10.0.0.0/8," + String(repeating: "x", count: 1_000_000)
    #expect(try sample.prefixes("prefix,site\n\(long)\n").problems == ["line 2: longer than 4096 bytes"])
    var limits = LabelLimits()
    limits.rows = 2
    let rows = "prefix,site\n10.0.0.0/8,a\n11.0.0.0/8,a\n12.0.0.0/8,a\n13.0.0.0/8,a\n"
    #expect(try sample.prefixes(rows, limits: limits).problems == ["line 4: more than 2 rows; shorten the file"])
    limits.octets = 10
    guard case .failure(let error) = try sample.prefixes(rows, limits: limits) else {
      Issue.record("taken")
      return
    }
    #expect(error.reason == .unread(.tooLarge(10)))
  }

  @Test("The same prefix twice with the same label is one")
  mutating func twice() throws {
    #expect(try sample.prefixes("prefix,site\n10.0.0.0/8,a\n10.0.0.0/8,a\n").get().count == 2)
  }

  @Test("Not UTF-8 is named as such")
  mutating func notText() throws {
    let path = try sample.folder.write(Array("prefix,site\n10.0.0.0/8,caf".utf8) + [0xe9, 0x0a], as: "latin.csv")
    let latin = result { () throws(LabelError) in try PrefixLabels(contentsOf: path, texts: &sample.texts) }
    #expect(latin.problems == ["line 2: not UTF-8; save the file as UTF-8"])
    let wide = try sample.folder.write([0xff, 0xfe] + Array("p\0r\0\n\0".utf8), as: "wide.csv")
    let utf16 = result { () throws(LabelError) in try PrefixLabels(contentsOf: wide, texts: &sample.texts) }
    #expect(utf16.problems == ["line 1: the file is UTF-16; save it as UTF-8"])
  }

  @Test(
    "A header that lacks columns says what is expected",
    arguments: [
      ("", "line 1: the file is empty; a header is required"),
      ("# nothing\n\n", "line 1: the file is empty; a header is required"),
      (
        "10.0.0.0/8,a\n",
        "line 1: the header has no column 'prefix'; expected prefix,label,site,customer,role,description"
      ),
      (
        "prefix;site\n",
        "line 1: the header has no column 'prefix'; fields are separated by commas; expected prefix,label,site,customer,role,description"
      ),
      (
        "prefix,note\n",
        "line 1: the header needs one of label, site, customer, role; expected prefix,label,site,customer,role,description"
      ), ("prefix,site,Site\n", "line 1: duplicate column 'site'"),
    ])
  mutating func header(text: String, problem: String) throws {
    #expect(try sample.prefixes(text).problems == [problem])
  }

  @Test("Of a million wrong lines twenty are kept and all counted")
  mutating func many() throws {
    let text = "prefix,site\n" + String(repeating: "x,y\n", count: 1_000_000)
    guard case .failure(let error) = try sample.prefixes(text), case .lines(let problems, let count) = error.reason
    else {
      Issue.record("taken")
      return
    }
    #expect(problems.map(\.line) == Array(2...21))
    #expect(count == 1_000_000)
    #expect(error.description.hasSuffix("; 999999 more; `sagflow labels check` lists them"))
    #expect(error.lines.count == 21)
  }

  @Test("A file that is none, and one that is not there")
  mutating func noFile() throws {
    func failure(_ path: String) -> LabelError? {
      var texts = sample.texts
      let read = result { () throws(LabelError) in try PrefixLabels(contentsOf: path, texts: &texts) }
      if case .failure(let error) = read { return error }
      return nil
    }
    let missing = sample.folder.file("missing.csv")
    #expect(failure(missing)?.reason == .unread(.file(FileError(.open, path: missing, code: ENOENT))))
    #expect(failure(sample.folder.path)?.reason == .unread(.noFile))
    let pipe = sample.folder.file("pipe")
    // Sound: the path is only used during the call.
    #expect(unsafe mkfifo(pipe, 0o600) == 0)
    #expect(failure(pipe)?.reason == .unread(.noFile))
  }

  @Test("The row of the longest prefix is found in the file")
  mutating func match() throws {
    let path = try sample.folder.write(
      "prefix,site,role\n10.0.0.0/8,a,\n10.1.0.0/16,b,voice\n2001:db8::/32,c,\n", as: "file.csv")
    let found = try PrefixLabels.match(try #require(IPAddress("10.1.2.3")), in: path)
    #expect(found?.prefix.description == "10.1.0.0/16")
    #expect(found?.label == "b/voice" && found?.site == "b" && found?.role == "voice" && found?.line == 3)
    #expect(try PrefixLabels.match(IPAddress(v4: 1), in: path) == nil)
  }
}
