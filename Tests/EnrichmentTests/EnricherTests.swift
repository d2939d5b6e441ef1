import Enrichment
import FlowModel
import NetworkBytes
import TestSupport
import Testing

@Suite("What flows are given as they leave")
struct EnricherTests {
  private var sample: KnowledgeSample

  init() throws { sample = try KnowledgeSample() }

  @Test("Labels, names of exporters and interfaces, each where its file has them")
  mutating func labels() throws {
    sample.options.prefixes = try sample.folder.write("prefix,site\n10.0.0.0/8,berlin\n2001:db8::/32,lab\n", as: "p")
    sample.options.exporters = try sample.folder.write("exporter,name\n198.51.100.1,core\n", as: "e")
    sample.options.interfaces = try sample.folder.write(
      "exporter,interface,name,speed,boundary\n198.51.100.1,7,uplink,,\n198.51.100.2,8,other,,\n", as: "i")
    sample.options.systems = try sample.folder.write("as,name\n64500,ours\n", as: "a")
    #expect(sample.refresh().words == ["2 prefixes", "1 exporters", "2 interfaces", "1 AS names"])
    var record = KnowledgeSample.record("10.1.2.3", "2001:db8::1")
    (record.ingressInterface, record.egressInterface, record.destinationAS) = (7, 8, 64_500)
    let row = sample.known(record).row
    #expect(row.text(.sourceLabel) == "berlin" && row.text(.destinationLabel) == "lab")
    #expect(row.text(.exporterName) == "core")
    #expect(row.text(.ingressInterfaceName) == "uplink" && row.text(.egressInterfaceName) == nil)
    #expect(row.text(.sourceASName) == nil && row.text(.destinationASName) == "ours")
    record.origin = 2
    let other = sample.known(record).row
    #expect(other.text(.exporterName) == nil)
    #expect(other.text(.ingressInterfaceName) == nil && other.text(.egressInterfaceName) == "other")
  }

  @Test("Without files flows are left alone")
  mutating func nothing() throws {
    #expect(sample.refresh().isEmpty)
    var batch = FlowBatch()
    batch.records.append(KnowledgeSample.record("10.1.2.3", "10.1.2.4"))
    sample.enrich(&batch)
    #expect(batch.facts.isEmpty)
    var none = Enricher(nil)
    none.enrich(&batch, origins: KnowledgeSample.origins)
    #expect(batch.facts.isEmpty)
  }

  @Test("Each of many addresses has its own label, also those that share a place among the remembered ones")
  mutating func many() throws {
    let rows = (0..<256).map { "10.\($0).0.0/16,net \($0)" }.joined(separator: "\n")
    sample.options.prefixes = try sample.folder.write("prefix,label\n\(rows)\n", as: "p")
    _ = sample.refresh()
    var batch = FlowBatch()
    var random = SeededGenerator(seed: 3)
    for _ in 0..<50_000 {
      var record = FlowRecord()
      record.source = IPAddress(v4: 0x0a00_0000 | UInt32(truncatingIfNeeded: random.next()) & 0xff_ffff)
      batch.records.append(record)
    }
    sample.enrich(&batch)
    for (record, facts) in zip(batch.records, batch.facts) {
      #expect(sample.texts[facts.sourceLabel] == "net \(record.source.v4 >> 16 & 255)")
      #expect(facts.destinationLabel == 0)
    }
  }

  @Test("A change of labels is that of flows that leave later")
  mutating func change() throws {
    sample.options.prefixes = try sample.replace("p", "prefix,site\n10.0.0.0/8,before\n")
    _ = sample.refresh()
    var batch = FlowBatch()
    batch.records.append(KnowledgeSample.record("10.1.2.3", "192.0.2.1"))
    sample.enrich(&batch)
    _ = try sample.replace("p", "prefix,site\n192.0.2.0/24,another\n10.0.0.0/8,after\n")
    #expect(sample.refresh().words == ["2 prefixes"])
    batch.records.append(KnowledgeSample.record("10.1.2.3", "192.0.2.1"))
    sample.enrich(&batch)
    #expect(batch.facts.map { sample.texts[$0.sourceLabel] } == ["before", "after"])
    #expect(batch.facts.map { sample.texts[$0.destinationLabel] } == [nil, "another"])
  }

  @Test("Flows without facts in a batch that has some stay in step when nothing is known any more")
  mutating func inStep() throws {
    sample.options.prefixes = try sample.folder.write("prefix,site\n10.0.0.0/8,a\n", as: "p")
    _ = sample.refresh()
    var batch = FlowBatch()
    batch.records.append(KnowledgeSample.record("10.1.2.3", "10.1.2.3"))
    sample.enrich(&batch)
    sample.options.prefixes = nil
    _ = sample.refresh()
    batch.records.append(KnowledgeSample.record("10.1.2.3", "10.1.2.3"))
    sample.enrich(&batch)
    #expect(batch.facts.map { sample.texts[$0.sourceLabel] } == ["a", nil])
  }
}
