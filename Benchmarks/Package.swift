// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "sagflow-benchmarks",
  dependencies: [
    .package(name: "sagflow", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    .executableTarget(
      name: "sagflow-bench",
      dependencies: [
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Capture", package: "sagflow"),
        .product(name: "Collector", package: "sagflow"),
        .product(name: "Enrichment", package: "sagflow"),
        .product(name: "TrafficGenerator", package: "sagflow"),
        .product(name: "FlowModel", package: "sagflow"),
        .product(name: "FlowOutput", package: "sagflow"),
        .product(name: "FlowStore", package: "sagflow"),
        .product(name: "FlowAggregation", package: "sagflow"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NetFlow", package: "sagflow"),
        .product(name: "NetworkBytes", package: "sagflow"),
        .product(name: "Settings", package: "sagflow"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
