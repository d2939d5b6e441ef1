import Enrichment
import Files
import FlowModel
import Labels
import NetworkBytes
import TestSupport
import Testing

@Suite("Files of knowledge that change")
struct KnowledgeFileTests {
  private var sample: KnowledgeSample
  private let flow = KnowledgeSample.record("10.1.2.3", "10.1.2.3")

  init() throws { sample = try KnowledgeSample() }

  private mutating func label() -> String? { sample.known(flow).row.text(.sourceLabel) }

  @Test("A file is read when it has changed, and not again")
  mutating func once() throws {
    sample.options.prefixes = try sample.replace("p", "prefix,site\n10.0.0.0/8,a\n")
    #expect(sample.refresh().words == ["1 prefixes"])
    let first = sample.source.knowledge
    #expect(sample.refresh().isEmpty)
    #expect(sample.source.knowledge === first)
    _ = try sample.replace("p", "prefix,site\n10.0.0.0/8,b\n")
    #expect(sample.refresh().words == ["1 prefixes"])
    #expect(label() == "b")
  }

  @Test("A file that is gone or wrong leaves the last good one in use; that is said once, and again when it changes")
  mutating func lastGood() throws {
    let path = try sample.replace("p", "prefix,site\n10.0.0.0/8,a\n")
    sample.options.prefixes = path
    _ = sample.refresh()
    _ = try sample.replace("p", "prefix,site\n10.0.0/8,b\n")
    let wrong =
      "kept: \(path):2: '10.0.0/8' is not a prefix; expected one such as 10.0.0.0/8 or 2001:db8::/32; `sagflow labels check` lists them"
    #expect(sample.refresh().words == [wrong])
    #expect(sample.refresh().words == [])
    #expect(label() == "a")
    try Directory.rename(path, to: sample.folder.file("away"))
    let gone = sample.refresh().words
    #expect(gone.count == 1 && gone[0].hasPrefix("kept: cannot open \(path): No such file"))
    #expect(sample.refresh().words == [])
    #expect(label() == "a")
    _ = try sample.replace("p", "prefix,site\n10.0.0.0/8,c\n")
    #expect(sample.refresh().words == ["1 prefixes"])
    #expect(label() == "c")
  }

  @Test("A file that is missing at the start is taken when it comes")
  mutating func late() throws {
    sample.options.prefixes = sample.folder.file("p")
    #expect(sample.refresh().words.first?.hasPrefix("none: cannot open") == true)
    #expect(label() == nil)
    _ = try sample.replace("p", "prefix,site\n10.0.0.0/8,a\n")
    #expect(sample.refresh().words == ["1 prefixes"])
    #expect(label() == "a")
  }

  @Test("It is reported which files are in use, since when, how much they have, and what is wrong with them now")
  mutating func report() throws {
    #expect(sample.report.files.isEmpty)
    let path = try sample.replace("p", "prefix,site\n10.0.0.0/8,a\n10.1.0.0/16,b\n")
    sample.options.prefixes = path
    sample.options.exporters = sample.folder.file("missing")
    _ = sample.refresh(at: 1000)
    var files = sample.report.files
    #expect(files.map(\.kind) == [.prefixes, .exporters])
    #expect(files.map(\.path) == [path, sample.folder.file("missing")])
    #expect(files[0].size?.description == "2 prefixes" && files[0].loaded == 1000)
    #expect(files[0].failure == nil && files[0].failingSince == nil)
    #expect(files[0].memory == sample.source.knowledge.prefixes?.memory && files[0].memory > 0)
    #expect(files[1].size == nil && files[1].loaded == nil && files[1].memory == 0)
    #expect(files[1].failure?.hasPrefix("cannot open") == true && files[1].failingSince == 1000)
    #expect(sample.report.textMemory > 0)
    _ = try sample.replace("p", "prefix,site\n10.0.0/8,b\n")
    _ = sample.refresh(at: 2000)
    _ = sample.refresh(at: 3000)
    files = sample.report.files
    #expect(files[0].size?.count == 2 && files[0].loaded == 1000 && files[0].memory > 0)
    #expect(files[0].failure?.contains("'10.0.0/8' is not a prefix") == true)
    #expect(files[0].failingSince == 2000)
    _ = try sample.replace("p", "prefix,site\n10.0.0.0/8,another\n")
    _ = sample.refresh(at: 4000)
    files = sample.report.files
    #expect(files[0].size?.count == 1 && files[0].loaded == 4000)
    #expect(files[0].failure == nil && files[0].failingSince == nil)
    #expect(files[1].failingSince == 1000)
    sample.options = EnrichmentOptions()
    _ = sample.refresh(at: 5000)
    #expect(sample.report.files.isEmpty)
  }

  @Test("Another path is another file, and no path takes its labels away")
  mutating func path() throws {
    sample.options.prefixes = try sample.replace("p", "prefix,site\n10.0.0.0/8,a\n")
    _ = sample.refresh()
    sample.options.prefixes = try sample.replace("q", "prefix,site\n10.0.0.0/8,b\n")
    _ = sample.refresh()
    #expect(label() == "b")
    sample.options.prefixes = sample.folder.file("missing")
    _ = sample.refresh()
    #expect(label() == nil)
    sample.options.prefixes = nil
    #expect(sample.refresh().isEmpty)
    #expect(label() == nil)
  }
}
