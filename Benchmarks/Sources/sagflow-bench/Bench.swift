import ArgumentParser

/// Measures the stages of the pipeline and the whole pipeline, in CPU time (user and system) of the process.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sagflow-bench",
    abstract: "Measures decoding, aging, labels, writing, and all of them together.",
    discussion: "Figures are medians over the runs; compare ratios of one run rather than figures of two.")

  @Argument(help: "decode, cache, store, labels, end-to-end; all of them if none is named.")
  var cases: [BenchmarkCase] = BenchmarkCase.allCases

  @Option(help: "Counted runs of each, after one that is not counted.")
  var runs = 5

  @Option(help: "Flow records of the end-to-end run.")
  var records = 3_000_000

  func run() throws {
    print("case                          ns/record   M records/CPU-s   octets/row   (median of \(runs))")
    for name in cases {
      switch name {
      case .decode: for version in Traffic.versions { try DecodeBenchmark(version).report(runs) }
      case .cache: for share in [0.3, 0.5, 0.7] { CacheBenchmark(updateShare: share).report(runs) }
      case .store: try StoreBenchmark().report(runs)
      case .labels:
        LabelBenchmark.reportNothing(runs)
        for databases in [false, true] {
          for share in [0.0, 0.9] { try LabelBenchmark(repeated: share, databases: databases).report(runs) }
        }
      case .endToEnd: for version in Traffic.versions { try EndToEndBenchmark(version, records: records).report(runs) }
      }
    }
  }
}

enum BenchmarkCase: String, CaseIterable, ExpressibleByArgument {
  case decode
  case cache
  case store
  case labels
  case endToEnd = "end-to-end"
}
