public import Enrichment
public import FlowAggregation
public import FlowOutput
public import FlowPipeline
public import FlowStore
public import Logging
public import NetFlow
public import Settings

/// Makes the pipeline and the store that a configuration asks for: for `collect` and `replay`, for a start after a crash, and
/// for `drain`.
public struct PipelineAssembly: Sendable {
  /// Where datagrams come from.
  public enum Source: Sendable {
    /// Exporters that repeat their templates, or a journal of what they sent.
    case exporters
    /// Captures, which whoever cut them may have left repetitions out of.
    case captures
  }

  let configuration: CollectorConfiguration
  private let workers: Int
  let createdBy: String
  let logger: Logger
  /// What is known of flows, for all pipelines; nil: nothing is.
  var knowledge: KnowledgeSource?

  /// - Parameters:
  ///   - workers: how many share what the configuration allows.
  ///   - createdBy: program and version, for the files' metadata.
  public init(_ configuration: CollectorConfiguration, workers: Int = 1, createdBy: String, logger: Logger) {
    self.configuration = configuration
    self.workers = workers
    self.createdBy = createdBy
    self.logger = logger
  }

  /// The same for one worker that has everything.
  var alone: PipelineAssembly {
    var assembly = PipelineAssembly(configuration, createdBy: createdBy, logger: logger)
    assembly.knowledge = knowledge
    return assembly
  }

  /// Reads the files of knowledge once, for pipelines that are made from now on.
  ///
  /// - Returns: why files were not taken.
  public mutating func loadKnowledge() -> [KnowledgeError] {
    let options = configuration.enrichmentOptions
    if options.isEmpty { return [] }
    var files = KnowledgeFiles()
    let (knowledge, events) = files.refresh(options, at: WorkerLoop.now / 1000)
    knowledge.map { self.knowledge = KnowledgeSource($0) }
    return events.compactMap { event in
      if case .refused(let error, _) = event { return error }
      return nil
    }
  }

  /// A pipeline in front of a sink.
  ///
  /// - Parameters:
  ///   - key: nil: the configuration's.
  ///   - directory: what the workers of a collector make known to one another.
  ///   - isPrompt: whether somebody waits for flows that left the cache.
  public func pipeline(
    from source: Source, key: FlowKey? = nil, directory: ExporterDirectory = ExporterDirectory(),
    isPrompt: Bool = false, to sink: any FlowSink
  ) -> Pipeline {
    var options = configuration.pipelineOptions(workers: workers)
    options.isPrompt = isPrompt
    options.knowledge = knowledge
    if let key { options.key = key }
    if source == .captures { options.decoder.rules.limits.templateLifetime = nil }
    // Reception begins once an earlier run's journal has been read.
    return Pipeline(options, directory: directory, sink: sink, backpressure: .wait)
  }

  /// The thread that writes a worker's files.
  ///
  /// - Parameters:
  ///   - identity: of the collector; empty: it has none.
  ///   - recovery: what ties the files to checkpoints; nil: they are published when they are complete.
  public func store(
    worker: Int = 0, identity: String = "", settings: StoreSettings = StoreSettings(), recovery: StoreRecovery? = nil
  ) -> OutputThread<StoreOutput> {
    var options = configuration.storeOptions(worker: worker, createdBy: createdBy)
    options.identity = identity
    return OutputThread("store-\(worker)", logger: logger) { [options, logger] () throws(StoreError) in
      try StoreOutput(options, settings: settings, recovery: recovery, logger: logger)
    }
  }
}
