import FlowModel
import Labels
import NetworkBytes
import TestSupport
import Testing

@Suite("Files of names")
struct NameFileTests {
  private let folder: TemporaryFolder
  private var texts = TextCollector()

  init() throws { folder = try TemporaryFolder() }

  private mutating func exporters(_ text: String) throws -> Result<ExporterLabels, LabelError> {
    let path = try folder.write(text, as: "exporters.csv")
    return result { () throws(LabelError) in try ExporterLabels(contentsOf: path, texts: &texts) }
  }

  private mutating func interfaces(_ text: String) throws -> Result<InterfaceLabels, LabelError> {
    let path = try folder.write("exporter,interface,name,speed,boundary\n\(text)\n", as: "interfaces.csv")
    return result { () throws(LabelError) in try InterfaceLabels(contentsOf: path, texts: &texts) }
  }

  private mutating func systems(_ text: String) throws -> Result<SystemLabels, LabelError> {
    let path = try folder.write("as,name\n\(text)\n", as: "systems.csv")
    return result { () throws(LabelError) in try SystemLabels(contentsOf: path, texts: &texts) }
  }

  @Test("Exporters have names; rows without an address are passed over")
  mutating func names() throws {
    let labels = try exporters(
      """
      exporter,name,site,role,customer,id,description
      192.0.2.1,sag-berlin,berlin,branch,acme,sag-1,first
      2001:db8::1,sag-six,,,,sag-2,
      ,sag-new,,,,sag-3,not connected yet
      """
    ).get()
    #expect(texts.table[labels[try #require(IPAddress("192.0.2.1"))]] == "sag-berlin")
    #expect(texts.table[labels[try #require(IPAddress("2001:db8::1"))]] == "sag-six")
    #expect(labels[try #require(IPAddress("192.0.2.2"))] == 0)
    #expect(labels.count == 2 && labels.withoutAddress == 1)
  }

  @Test("An exporter with two names, without one, or that is no address")
  mutating func wrongExporters() throws {
    let read = try exporters("exporter,name\n192.0.2.1,a\n192.0.2.1,a\n192.0.2.1,b\n192.0.2.2,\nrouter,c\n")
    #expect(
      read.problems == [
        "line 4: 192.0.2.1 has another name in line 3; remove one of them", "line 5: no name for 192.0.2.2",
        "line 6: 'router' is not an address",
      ])
  }

  @Test("Interfaces have a name, a speed and a boundary, each or all")
  mutating func interfaces() throws {
    let labels = try interfaces("192.0.2.1,1,uplink,10g,external\n192.0.2.1,2,,100M,\n192.0.2.2,1,lan,,Internal")
      .get()
    let uplink = labels[IPAddress(v4: 0xc000_0201), 1]
    #expect(uplink.flatMap { texts.table[$0.name] } == "uplink")
    #expect(uplink?.speed == 10_000_000_000 && uplink?.boundary == .external)
    let second = labels[IPAddress(v4: 0xc000_0201), 2]
    #expect(second?.name == 0 && second?.speed == 100_000_000 && second?.boundary == nil)
    #expect(labels[IPAddress(v4: 0xc000_0202), 1]?.boundary == .internal)
    #expect(labels[IPAddress(v4: 0xc000_0202), 2] == nil)
  }

  @Test(
    "What is wrong with an interface",
    arguments: [
      ("192.0.2.1,eth0,a,,", "line 2: 'eth0' is no SNMP index, 0 to 4294967295"),
      ("192.0.2.1,4294967296,a,,", "line 2: '4294967296' is no SNMP index, 0 to 4294967295"),
      ("192.0.2.1,1,a,fast,", "line 2: 'fast' is not a speed; expected bits per second, such as 100m or 10g"),
      (
        "192.0.2.1,1,a,99999999999999t,",
        "line 2: '99999999999999t' is not a speed; expected bits per second, such as 100m or 10g"
      ),
      ("192.0.2.1,1,a,,outside", "line 2: 'outside' is not a boundary; expected internal or external"),
      (
        "192.0.2.1,1,a,,\n192.0.2.1,1,b,,",
        "line 3: interface 1 of 192.0.2.1 is also in line 2, with other values; remove one of them"
      ),
    ])
  mutating func wrongInterfaces(text: String, problem: String) throws {
    #expect(try interfaces(text).problems == [problem])
  }

  @Test("Autonomous systems have names, in any of three spellings of their number")
  mutating func systems() throws {
    let labels = try systems("64500,ours\nAS64501,theirs\n1.10,wide").get()
    #expect([64_500, 64_501, 65_546, 1].map { texts.table[labels[$0]] } == ["ours", "theirs", "wide", nil])
  }

  @Test(
    "What is wrong with a system",
    arguments: [
      ("0,a", "line 2: '0' is not an AS number; expected 64500, AS64500 or 1.10"),
      ("4294967296,a", "line 2: '4294967296' is not an AS number; expected 64500, AS64500 or 1.10"),
      ("1.65536,a", "line 2: '1.65536' is not an AS number; expected 64500, AS64500 or 1.10"),
      ("5,", "line 2: no name for AS5"),
      ("5,a\nAS5,b", "line 3: AS5 is listed twice, with different names"),
    ])
  mutating func wrongSystems(text: String, problem: String) throws { #expect(try systems(text).problems == [problem]) }

  @Test("A collector of texts that is full refuses others and keeps what it has")
  mutating func full() throws {
    texts = TextCollector(maximumOctets: 6)
    let read = try exporters("exporter,name\n192.0.2.1,abc\n192.0.2.2,def\n192.0.2.3,ghi\n192.0.2.4,abc\n")
    #expect(read.problems == ["line 4: too much text: the limit of this process is reached; restart it"])
    #expect(texts.table[1] == "abc" && texts.table[2] == "def" && texts.table.count == 2)
  }
}
