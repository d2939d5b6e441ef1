public import ClickHouse
public import Kafka
public import ObjectStorage
public import Shipping

/// An output of the collector: what ships the store's files, and where they go.
public struct OutputSetting: Hashable, Sendable {
  /// What takes the files.
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    case clickhouse, s3, oss, kafka
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

  public var kind: Kind {
    switch destination {
    case .clickHouse: .clickhouse
    case .objects(let options): options.service == .s3 ? .s3 : .oss
    case .kafka: .kafka
    }
  }
}
