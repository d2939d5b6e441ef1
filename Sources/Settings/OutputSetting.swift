public import ClickHouse
public import FlowLines
import FlowText
public import Kafka
public import ObjectStorage
public import Shipping

/// An output that ships the store's files, and its destination.
public struct OutputSetting: Hashable, Sendable {
  /// The type of an output.
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    case clickhouse, s3, oss, kafka, jsonl, csv

    /// Whether it writes rows as lines instead of shipping files.
    public var isOfLines: Bool { self == .jsonl || self == .csv }
  }

  public enum Destination: Hashable, Sendable {
    case clickHouse(ClickHouseOptions)
    case objects(ObjectStorageOptions)
    case kafka(KafkaOptions)
  }

  public var shipping: ShipperOptions
  public var destination: Destination

  public init(_ shipping: ShipperOptions, _ destination: Destination) {
    self.shipping = shipping
    self.destination = destination
  }

  public var name: String { shipping.name }

  /// Whether rows are sent as they leave the cache.
  public var isLive: Bool {
    switch destination {
    case .kafka(let options): options.isLive && KafkaDestination.isAvailable
    case .clickHouse, .objects: false
    }
  }

  public var kind: Kind {
    switch destination {
    case .clickHouse: .clickhouse
    case .objects(let options): options.service == .s3 ? .s3 : .oss
    case .kafka: .kafka
    }
  }
}

/// A line output beside the store.
public struct LineSetting: Hashable, Sendable {
  public var name: String
  public var options: LineOptions

  public init(name: String, _ options: LineOptions) {
    self.name = name
    self.options = options
  }

  public var kind: OutputSetting.Kind { options.format == .csv ? .csv : .jsonl }
}

/// An element of the list `outputs`, of any type.
public enum ConfiguredOutput: Hashable, Sendable {
  case files(OutputSetting)
  case lines(LineSetting)

  public var kind: OutputSetting.Kind {
    switch self {
    case .files(let setting): setting.kind
    case .lines(let setting): setting.kind
    }
  }

  var files: OutputSetting? { if case .files(let setting) = self { setting } else { nil } }
  var lines: LineSetting? { if case .lines(let setting) = self { setting } else { nil } }
}
