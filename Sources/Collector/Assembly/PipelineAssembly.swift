public import Enrichment
public import FlowAggregation
public import FlowOutput
public import FlowPipeline
public import FlowStore
public import Logging
public import NetFlow
public import Settings

/// Creates pipeline and store from a configuration: for `collect`, `replay`, recovery and `drain`.
public struct PipelineAssembly: Sendable {
  /// The source of datagrams.
  public enum Source: Sendable {
    /// Exporters that resend their templates, or a journal.
    case exporters
    /// Captures, in which resent templates may be missing.
    case captures
  }

  let configuration: CollectorConfiguration
  private let workers: Int
  let createdBy: String
  let logger: Logger
  /// Labels for flows; nil for none.
  var knowledge: KnowledgeSource?

  /// - Parameters:
  ///   - workers: number of workers that share the configured limits.
  ///   - createdBy: program and version, for the files' metadata.
  public init(_ configuration: CollectorConfiguration, workers: Int = 1, createdBy: String, logger: Logger) {
    self.configuration = configuration
    self.workers = workers
    self.createdBy = createdBy
    self.logger = logger
  }

  /// The same for a single worker with all limits.
  var alone: PipelineAssembly {
    var assembly = PipelineAssembly(configuration, createdBy: createdBy, logger: logger)
    assembly.knowledge = knowledge
    return assembly
  }

  /// Reads the label files once, for pipelines created afterwards.
  ///
  /// - Returns: why files were rejected.
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

  /// Creates a pipeline in front of a sink.
  ///
  /// - Parameters:
  ///   - key: nil for the configured key.
  ///   - directory: exporter information shared by the workers of a collector.
  ///   - isPrompt: whether flows are needed as soon as they leave the cache.
  public func pipeline(
    from source: Source, key: FlowKey? = nil, directory: ExporterDirectory = ExporterDirectory(),
    isPrompt: Bool = false, to sink: any FlowSink
  ) -> Pipeline {
    var options = configuration.pipelineOptions(workers: workers)
    options.isPrompt = isPrompt
    options.knowledge = knowledge
    if let key { options.key = key }
    if source == .captures { options.decoder.rules.limits.templateLifetime = nil }
    // Waits during recovery; reception begins afterwards.
    return Pipeline(options, directory: directory, sink: sink, backpressure: .wait)
  }

  /// Creates the thread that writes a worker's files.
  ///
  /// - Parameters:
  ///   - identity: identity of the collector; empty for none.
  ///   - recovery: connects the files to checkpoints; nil to publish complete files at once.
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
