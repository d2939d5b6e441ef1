import Enrichment
import FlowModel
import Foundation
import GeoDatabases
import Labels
import LookupTables
import NetworkBytes
import TestSupport
import Testing

@Suite(
  "Databases in MaxMind's format",
  .enabled(if: Databases.canBeWritten, "SAGFLOW_PYTHON names no Python with mmdb_writer"))
struct DatabaseTests {
  @Test("AS numbers where the record has none, names and countries, of both families")
  func facts() async throws {
    let folder = try await Databases.write()
    var sample = try KnowledgeSample(folder)
    sample.options.systemDatabase = folder.file("systems.mmdb")
    sample.options.countryDatabase = folder.file("countries.mmdb")
    let now = Int64(Date().timeIntervalSince1970)
    #expect(sample.refresh(at: now).words == ["4 networks (Test-ASN)", "4 networks (Test-Country)"])
    var known = sample.known(KnowledgeSample.record("10.1.2.3", "2001:db8::1"))
    #expect(known.record.sourceAS == 64_500 && known.record.destinationAS == 64_501)
    #expect(known.row.text(.sourceASName) == "Ours" && known.row.text(.destinationASName) == "Größe \"x\"")
    #expect(known.row.text(.sourceCountry) == "DE" && known.row.text(.destinationCountry) == "CN")
    known = sample.known(KnowledgeSample.record("198.51.100.127", "198.51.100.128"))
    #expect(known.record.sourceAS == 4_200_000_000 && known.record.destinationAS == 0)
    #expect(known.row.text(.sourceASName) == "Wide" && known.row.text(.destinationASName) == nil)
    // 192.0.2.0/24 has only a continent.
    #expect(sample.known(KnowledgeSample.record("192.0.2.1", "10.255.0.1")).row.text(.sourceCountry) == nil)
    var record = KnowledgeSample.record("10.1.2.3", "10.1.2.3")
    (record.sourceAS, record.destinationAS) = (64_501, 65_000)
    known = sample.known(record)
    #expect(known.record.sourceAS == 64_501 && known.record.destinationAS == 65_000)
    #expect(known.row.text(.sourceASName) == "Größe \"x\"" && known.row.text(.destinationASName) == nil)
  }

  @Test("Labels and databases together give what each of them gives alone")
  func together() async throws {
    let folder = try await Databases.write()
    var sample = try KnowledgeSample(folder)
    sample.options.prefixes = try folder.write(
      "prefix,site\n10.0.0.0/8,a\n10.64.0.0/10,b\n192.0.2.128/25,c\n2001:db8:8000::/36,d\n::/0,e\n", as: "p")
    sample.options.systemDatabase = folder.file("systems.mmdb")
    sample.options.countryDatabase = folder.file("countries.mmdb")
    _ = sample.refresh()
    let seed = runSeed("ENRICHMENT_TEST_SEED")
    var random = SeededGenerator(seed: seed)
    let places = try ["10.0.0.0", "192.0.2.0", "198.51.100.0", "2001:db8::", "::"].map { try #require(IPAddress($0)) }
    func any() -> IPAddress {
      let (place, bits) = (places[random.below(places.count)], random.next() >> UInt64(random.below(64)))
      return place.isV4
        ? IPAddress(v4: place.v4 ^ UInt32(truncatingIfNeeded: bits >> 40))
        : IPAddress(high: place.high ^ bits >> 24, low: place.low)
    }
    // A mix of repeated and new hosts.
    let hosts = (0..<100).map { _ in any() }
    let records = (0..<3000).map { _ in
      var record = FlowRecord()
      record.source = hosts[random.below(hosts.count)]
      record.destination = any()
      return record
    }
    let all = sample.source.knowledge
    let labels = try #require(all.prefixes).table
    #expect(all.joinedMemory > 0 && sample.report.joinedMemory == all.joinedMemory)
    for alone in [false, true] {
      if alone {
        (sample.options.prefixes, sample.options.countryDatabase) = (nil, nil)
        _ = sample.refresh()
        #expect(sample.source.knowledge.joinedMemory == 0)
      }
      var batch = FlowBatch()
      batch.records = records
      sample.enrich(&batch)
      for (record, facts) in zip(batch.records, batch.facts) {
        let place: Comment = "ENRICHMENT_TEST_SEED=\(seed), \(record.source) to \(record.destination)"
        #expect(record.sourceAS == all.system(of: record.source) ?? 0, place)
        #expect(record.destinationAS == all.system(of: record.destination) ?? 0, place)
        #expect(facts.sourceLabel == (alone ? 0 : labels[record.source]), place)
        #expect(facts.destinationLabel == (alone ? 0 : labels[record.destination]), place)
        #expect(sample.texts[facts.sourceCountry] == (alone ? nil : all.country(of: record.source)), place)
        #expect(sample.texts[facts.destinationCountry] == (alone ? nil : all.country(of: record.destination)), place)
      }
    }
  }

  @Test("Databases of IPv4 alone, and with the keys of another maker")
  func others() async throws {
    let folder = try await Databases.write()
    var sample = try KnowledgeSample(folder)
    sample.options.systemDatabase = folder.file("v4.mmdb")
    _ = sample.refresh()
    #expect(sample.known(KnowledgeSample.record("10.1.2.3", "2001:db8::1")).record.autonomousSystemWord == 64_500 << 32)
    sample.options.systemDatabase = folder.file("ipinfo.mmdb")
    sample.options.countryDatabase = folder.file("ipinfo.mmdb")
    _ = sample.refresh()
    let row = sample.known(KnowledgeSample.record("10.1.2.3", "11.0.0.0")).row
    #expect(row.record.sourceAS == 64_500 && row.text(.sourceASName) == "Ours" && row.text(.sourceCountry) == "DE")
  }

  @Test("A database that is cut off, damaged or of other content is refused, and the one before stays")
  func broken() async throws {
    let folder = try await Databases.write()
    var sample = try KnowledgeSample(folder)
    let path = folder.file("systems.mmdb")
    sample.options.systemDatabase = path
    _ = sample.refresh()
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    func put(_ octets: Data) throws {
      let new = folder.file("new")
      try octets.write(to: URL(fileURLWithPath: new))
      try FileManager.default.removeItem(atPath: path)
      try FileManager.default.moveItem(atPath: new, toPath: path)
    }
    for content in [Data(), whole.prefix(200), Data("not a database\n".utf8)] {
      // An error is logged once: the next file may have the same one.
      try put(whole)
      _ = sample.refresh()
      try put(content)
      let words = sample.refresh().words
      #expect(words.count == 1, "\(content.count) octets")
      #expect(words.allSatisfy { $0.hasPrefix("kept: \(path): ") && $0.hasSuffix("; download it again") }, "\(words)")
    }
    try put(try Data(contentsOf: URL(fileURLWithPath: folder.file("other.mmdb"))))
    #expect(
      sample.refresh().words == [
        "kept: \(path): a database of type 'Test-Other' without AS numbers; give another one"
      ])
    #expect(sample.known(KnowledgeSample.record("10.1.2.3", "::")).record.sourceAS == 64_500)
  }

  @Test("Octets that are changed at random end in errors or in a table, never otherwise")
  func fuzz() async throws {
    let folder = try await Databases.write()
    let seed = runSeed("ENRICHMENT_TEST_SEED")
    var random = SeededGenerator(seed: seed)
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("systems.mmdb"))))
    for _ in 0..<300 {
      var octets = whole
      for _ in 0...random.below(4) { octets[random.below(octets.count)] = UInt8(truncatingIfNeeded: random.next()) }
      let path = try folder.write(octets, as: "fuzz.mmdb")
      var texts = TextCollector()
      _ = try? SystemDatabase(contentsOf: path, texts: &texts)
    }
    var texts = TextCollector()
    _ = try SystemDatabase(contentsOf: folder.file("systems.mmdb"), texts: &texts)
  }

  @Test("One that was made long ago is taken, and reported")
  func old() async throws {
    let folder = try await Databases.write()
    var sample = try KnowledgeSample(folder)
    sample.options.systemDatabase = folder.file("old.mmdb")
    #expect(sample.refresh(at: 1_500_000_000 + 86_400 * 91).words == ["4 networks (Test-Old)", "91 days"])
  }
}
