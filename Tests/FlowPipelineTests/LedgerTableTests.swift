import FlowPipeline
import Testing

@Suite("The printed ledger")
struct LedgerTableTests {
  @Test("says what stands beside the sums only where there is any")
  func besides() {
    var ledger = Ledger()
    #expect(!ledger.table().contains("beside"))
    ledger.droppedTexts = 3
    ledger.mergedOrigins = 2
    ledger.kernelDrops = 1
    ledger.evictedTotals = 4
    let line = ledger.table().split(separator: "\n").first { $0.hasPrefix("beside") }
    #expect(
      line?.split(separator: " ", maxSplits: 1).last?.drop { $0 == " " }
        == "1 datagrams dropped by the kernel, 4 totals_evicted, 2 origins merged (limit reached), 3 extra texts left out"
    )
  }

  @Test("says what does not add up")
  func imbalance() {
    var ledger = Ledger()
    ledger.receivedDatagrams = 2
    #expect(ledger.table().contains("DOES NOT ADD UP: datagrams received = decoded + rejected + refused: 2 is not 0"))
  }
}
