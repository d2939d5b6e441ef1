import FlowModel
import FlowQuery
import FlowText
import NetworkBytes
import Synchronization
import TestSupport
import Testing

@Suite("Rows with names of hosts")
struct HostNameTests {
  private static let columns: [FlowColumn] = [.timeStart, .sourceAddress, .destinationAddress, .nextHop]

  @Test(
    "a table's addresses have their names behind them, asked for of the rows that are shown",
    arguments: [nil, RowOrder.octets, .newest], [3, 1000])
  func rows(order: RowOrder?, limit: Int) throws {
    let seed = runSeed("FLOWQUERY_HOST_NAMES_SEED")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    try FlowTable.random(150, &random).write(to: folder.file("a.parquet"), groupRows: 40)
    var scan = Scan([folder.file("a.parquet")])
    scan.isStrict = true
    func cells() throws -> [[Substring]] {
      var text: [UInt8] = []
      _ = try scan.rows(Self.columns, format: .table, limit: limit, order: order) {
        text += copy $0
        return true
      }
      return String(decoding: text, as: UTF8.self).split(separator: "\n").map { line in
        // Columns are separated by at least two spaces; the time contains one.
        line.split(separator: "  ").map { $0.drop { $0 == " " } }
      }
    }
    let plain = try cells()
    #expect(plain.count == min(limit, 150))
    let asked = Mutex<Set<IPAddress>>([])
    // Addresses with an even end have a name.
    @Sendable func name(_ address: IPAddress) -> String? { address.low % 2 == 0 ? "host-\(address.low % 16)" : nil }
    scan.style.hostNames = { addresses in
      asked.withLock { $0.formUnion(addresses) }
      return Dictionary(
        uniqueKeysWithValues: Set(addresses).compactMap { address in name(address).map { (address, $0) } })
    }
    let named = try cells()
    let wanted = plain.map { line in
      line.map { cell in
        guard let address = IPAddress(String(cell)), let name = name(address) else { return String(cell) }
        return "\(address) (\(name))"
      }
    }
    #expect(named.map { $0.map(String.init) } == wanted, "seed \(seed)")
    // A few rows may happen to have none.
    #expect(limit < 100 || wanted.joined().contains { $0.contains("(host-") }, "seed \(seed)")
    let shown = Set(plain.joined().compactMap { IPAddress(String($0)) })
    // Without an order, row groups that are read ahead look up the names they might show.
    let found = asked.withLock { $0 }
    #expect(order == nil ? found.isSuperset(of: shown) : found == shown, "seed \(seed)")
  }
}
