// swift-tools-version: 6.2
import PackageDescription

/// Path of the toolchain's libFuzzer, for `make fuzz`: with it there are the programs that search for inputs, and our modules report to
/// it where they were. Without it the package is as ever.
let fuzzer = Context.environment["FUZZER_RUNTIME"]
let instrumentation: [SwiftSetting] = fuzzer == nil ? [] : [.unsafeFlags(["-sanitize=fuzzer"])]

/// Every target of ours: Swift 6 mode and strict memory safety, so that each unsafe use is written out and rare; files import
/// what they use, publicly only what their public faces need, and existential types are written as such.
let ours: [SwiftSetting] =
  [
    .strictMemorySafety(),
    .treatWarning("StrictMemorySafety", as: .error),
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + instrumentation

let package = Package(
  name: "sagflow",
  products: [
    .executable(name: "sagflow", targets: ["sagflow"]),
    .library(name: "NetworkBytes", targets: ["NetworkBytes"]),
    .library(name: "PacketHeaders", targets: ["PacketHeaders"]),
    .library(name: "Files", targets: ["Files"]),
    .library(name: "FlowModel", targets: ["FlowModel"]),
    .library(name: "LookupTables", targets: ["LookupTables"]),
    .library(name: "Enrichment", targets: ["Enrichment"]),
    .library(name: "FlowText", targets: ["FlowText"]),
    .library(name: "NetFlow", targets: ["NetFlow"]),
    .library(name: "FlowAggregation", targets: ["FlowAggregation"]),
    .library(name: "Capture", targets: ["Capture"]),
    .library(name: "Parquet", targets: ["Parquet"]),
    .library(name: "FlowStore", targets: ["FlowStore"]),
    .library(name: "FlowFilter", targets: ["FlowFilter"]),
    .library(name: "Alerts", targets: ["Alerts"]),
    .library(name: "FlowQuery", targets: ["FlowQuery"]),
    .library(name: "FlowOutput", targets: ["FlowOutput"]),
    .library(name: "FlowPipeline", targets: ["FlowPipeline"]),
    .library(name: "TrafficGenerator", targets: ["TrafficGenerator"]),
    .library(name: "CloudAPI", targets: ["CloudAPI"]),
    .library(name: "SmartAccessGateway", targets: ["SmartAccessGateway"]),
    .library(name: "Settings", targets: ["Settings"]),
    .library(name: "Collector", targets: ["Collector"]),
  ],
  traits: [
    .trait(name: "Kafka", description: "An output to Kafka, over librdkafka (Debian's librdkafka-dev).")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // docs/design.md says what each module is for; ModuleGraphTests compare both with the sources.
    .target(name: "NetworkBytes", swiftSettings: ours),
    .target(name: "PacketHeaders", dependencies: ["NetworkBytes"], swiftSettings: ours),
    .target(
      name: "Files", dependencies: ["CSystemCalls", .product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: ours),
    .target(name: "HostNames", dependencies: ["CSystemCalls", "NetworkBytes"], swiftSettings: ours),
    .target(name: "FlowModel", dependencies: ["NetworkBytes"], swiftSettings: ours),
    .target(name: "LookupTables", dependencies: ["NetworkBytes"], swiftSettings: ours),
    .target(
      name: "Labels", dependencies: ["Files", "FlowModel", "LookupTables", "NetworkBytes"], swiftSettings: ours),
    .target(
      name: "GeoDatabases", dependencies: ["CMaxMindDB", "Files", "FlowModel", "LookupTables", "NetworkBytes"],
      swiftSettings: ours),
    .target(
      name: "Enrichment",
      dependencies: ["Files", "FlowModel", "GeoDatabases", "Labels", "LookupTables", "NetworkBytes"],
      swiftSettings: ours),
    .target(
      name: "FlowText", dependencies: ["CSystemCalls", "Files", "FlowModel", "NetworkBytes"], swiftSettings: ours),
    .target(
      name: "NetFlow", dependencies: ["FlowModel", "FlowText", "NetworkBytes", "PacketHeaders"],
      exclude: ["Registry/iana-ipfix.csv"], swiftSettings: ours),
    .target(name: "FlowAggregation", dependencies: ["FlowModel", "NetworkBytes"], swiftSettings: ours),
    .target(name: "TrafficGenerator", dependencies: ["FlowModel", "NetFlow", "NetworkBytes"], swiftSettings: ours),
    .target(name: "Capture", dependencies: ["CPcap", "CSystemCalls", "Files", "NetworkBytes"], swiftSettings: ours),
    .target(name: "Parquet", dependencies: ["CDeflate", "CZstd", "Files"], swiftSettings: ours),
    .target(
      name: "FlowOutput",
      dependencies: [
        "FlowModel", "NetworkBytes",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: ours),
    .target(
      name: "FlowLines",
      dependencies: [
        "Files", "FlowModel", "FlowOutput", "FlowText", "NetworkBytes", .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: ours),
    .target(
      name: "FlowStore",
      dependencies: [
        "Files", "FlowModel", "FlowOutput", "NetworkBytes", "Parquet",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: ours),
    .target(
      name: "Journal",
      dependencies: [
        "CSystemCalls", "Capture", "Files", "NetworkBytes", .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: ours),
    .target(
      name: "Relay",
      dependencies: [
        "Capture", "Files", "FlowFilter", "NetworkBytes", .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: ours),
    .target(
      name: "FlowPipeline",
      dependencies: [
        "Capture", "Enrichment", "FlowFilter", "FlowModel", "FlowOutput", "FlowText", "FlowAggregation", "NetFlow",
        "NetworkBytes",
      ],
      swiftSettings: ours),
    .target(
      name: "StreamReception",
      dependencies: [
        "Capture", "Files", "NetworkBytes",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOTLS", package: "swift-nio"),
      ],
      swiftSettings: ours),
    .target(name: "FlowFilter", dependencies: ["FlowModel", "LookupTables", "NetworkBytes"], swiftSettings: ours),
    .target(name: "Alerts", dependencies: ["FlowFilter", "NetworkBytes"], swiftSettings: ours),
    .target(
      name: "FlowQuery",
      dependencies: ["CSystemCalls", "Files", "FlowFilter", "FlowModel", "FlowText", "NetworkBytes", "Parquet"],
      swiftSettings: ours),
    .target(
      name: "Shipping",
      dependencies: [
        "Files", "FlowStore", "NetworkBytes",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: ours),
    .target(
      name: "ClickHouse",
      dependencies: [
        "Files", "FlowModel", "Shipping",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: ours),
    .target(
      name: "ObjectStorage",
      dependencies: [
        "CloudAPI", "Files", "Shipping",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: ours),
    .target(
      name: "Kafka",
      dependencies: [
        "FlowModel", "FlowQuery", "FlowStore", "FlowText", "NetworkBytes", "Parquet", "Shipping",
        .byName(name: "CRdKafka", condition: .when(traits: ["Kafka"])),
      ],
      exclude: ["flow.proto"], swiftSettings: ours),
    // The clouds' side: it knows nothing of flows.
    .target(
      name: "CloudAPI",
      dependencies: [
        "NetworkBytes",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: ours),
    .target(name: "SmartAccessGateway", dependencies: ["CloudAPI", "NetworkBytes"], swiftSettings: ours),
    .target(
      name: "Settings",
      dependencies: [
        "Alerts", "ClickHouse", "Enrichment", "FlowFilter", "FlowLines", "FlowModel", "FlowStore", "FlowText",
        "FlowAggregation",
        "Kafka", "NetFlow", "NetworkBytes", "ObjectStorage", "Shipping",
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: ours),
    // The browser's side, as files that the program contains; C takes them in.
    .target(name: "Page", dependencies: ["CPageAssets"], exclude: ["Assets"], swiftSettings: ours),
    .target(
      name: "HTTPServing",
      dependencies: [
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: ours),
    .target(
      name: "Collector",
      dependencies: [
        "Alerts", "CAPIDescription", "Capture", "Enrichment", "Files", "FlowFilter", "FlowLines",
        "FlowModel",
        "FlowOutput", "FlowPipeline", "FlowQuery", "FlowStore", "FlowText", "FlowAggregation", "HTTPServing",
        "HostNames",
        "Journal",
        "NetFlow", "NetworkBytes", "ClickHouse", "CloudAPI", "Kafka", "ObjectStorage", "Page", "Parquet", "Relay",
        "Settings",
        "Shipping", "StreamReception",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      exclude: ["HTTP/API/openapi.json"], swiftSettings: ours),
    .executableTarget(
      name: "sagflow",
      dependencies: [
        "Alerts", "CBuildVersion", "Capture", "ClickHouse", "CloudAPI", "Collector", "Enrichment", "Files", "Labels",
        "TrafficGenerator", "FlowFilter",
        "FlowLines", "FlowModel", "FlowOutput", "FlowPipeline", "FlowQuery", "FlowStore", "FlowText", "FlowAggregation",
        "HostNames", "Journal", "NetFlow", "NetworkBytes", "Parquet", "Settings", "Shipping", "SmartAccessGateway",
        "StreamReception",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: ours),

    .testTarget(
      name: "AlertsTests", dependencies: ["Alerts", "NetworkBytes", "TestSupport"], swiftSettings: ours),
    .testTarget(
      name: "HostNamesTests", dependencies: ["HostNames", "NetworkBytes", "TestSupport"], swiftSettings: ours),
    .testTarget(name: "FilesTests", dependencies: ["Files", "NetworkBytes", "TestSupport"], swiftSettings: ours),
    .testTarget(
      name: "FlowModelTests",
      dependencies: [
        "FlowFilter", "FlowModel", "FlowQuery", "FlowStore", "FlowText", "FlowAggregation", "NetworkBytes",
        "TestSupport",
      ],
      swiftSettings: ours),
    .testTarget(
      name: "PacketHeadersTests",
      dependencies: ["CAllocationCounter", "NetworkBytes", "PacketHeaders", "TestSupport"], swiftSettings: ours),
    .testTarget(
      name: "LookupTablesTests", dependencies: ["LookupTables", "NetworkBytes", "TestSupport"], swiftSettings: ours),
    .testTarget(
      name: "LabelsTests",
      dependencies: ["Files", "FlowModel", "Labels", "LookupTables", "NetworkBytes", "TestSupport"],
      swiftSettings: ours),
    .testTarget(
      name: "EnrichmentTests",
      dependencies: ["Enrichment", "Files", "FlowModel", "GeoDatabases", "Labels", "NetworkBytes", "TestSupport"],
      exclude: ["databases.py"], swiftSettings: ours),
    .testTarget(
      name: "NetFlowTests",
      dependencies: ["FlowModel", "NetFlow", "NetworkBytes", "Capture", "CAllocationCounter", "TestSupport"],
      swiftSettings: ours),
    .testTarget(
      name: "FlowAggregationTests",
      dependencies: ["FlowModel", "FlowAggregation", "NetFlow", "NetworkBytes", "CAllocationCounter", "TestSupport"],
      swiftSettings: ours),
    .testTarget(name: "CaptureTests", dependencies: ["Capture", "NetworkBytes", "TestSupport"], swiftSettings: ours),
    .testTarget(
      name: "ParquetTests", dependencies: ["Files", "Parquet", "TestSupport"], exclude: ["verify.py"],
      swiftSettings: ours),
    .testTarget(
      name: "FlowStoreTests",
      dependencies: [
        "Files", "FlowModel", "FlowOutput", "FlowStore", "NetFlow", "NetworkBytes", "Parquet", "TestSupport",
        .product(name: "Logging", package: "swift-log"),
      ],
      exclude: ["verify.py"], swiftSettings: ours),
    .testTarget(
      name: "ShippingTests",
      dependencies: [
        "Files", "FlowStore", "NetworkBytes", "Shipping", "TestSupport",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: ours),
    .testTarget(
      name: "StreamReceptionTests",
      dependencies: [
        "Capture", "NetworkBytes", "StreamReception", "TestSupport",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      swiftSettings: ours),
    .testTarget(
      name: "FlowFilterTests",
      dependencies: ["FlowModel", "FlowFilter", "FlowStore", "NetFlow", "NetworkBytes", "TestSupport"],
      swiftSettings: ours),
    .testTarget(
      name: "FlowQueryTests",
      dependencies: [
        "FlowModel", "FlowFilter", "FlowQuery", "FlowStore", "FlowText", "FlowAggregation", "NetworkBytes", "Parquet",
        "TestSupport",
      ],
      swiftSettings: ours),
    .testTarget(
      name: "FlowTextTests", dependencies: ["FlowModel", "FlowText", "NetworkBytes"], swiftSettings: ours),
    .testTarget(
      name: "FlowLinesTests",
      dependencies: [
        "Files", "FlowLines", "FlowModel", "FlowOutput", "FlowText", "NetworkBytes", "TestSupport",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: ours),
    .testTarget(
      name: "KafkaTests",
      dependencies: [
        "FlowModel", "FlowQuery", "FlowStore", "Kafka", "NetworkBytes", "Shipping", "TestSupport",
        .byName(name: "CRdKafka", condition: .when(traits: ["Kafka"])),
      ],
      exclude: ["consume.py"], swiftSettings: ours),
    .testTarget(
      name: "SettingsTests",
      dependencies: [
        "Alerts", "CAllocationCounter", "ClickHouse", "Collector", "FlowFilter", "FlowLines", "FlowModel",
        "FlowPipeline", "FlowStore",
        "FlowText", "FlowAggregation", "Kafka", "NetFlow", "NetworkBytes", "ObjectStorage", "Settings", "Shipping",
        "TestSupport",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: ours),
    .testTarget(
      name: "FlowOutputTests",
      dependencies: [
        "FlowModel", "FlowOutput", "FlowPipeline", "FlowStore", "FlowAggregation", "NetFlow", "NetworkBytes",
        "TestSupport",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: ours),
    .testTarget(
      name: "FlowPipelineTests",
      dependencies: [
        "CAllocationCounter", "Enrichment", "FlowFilter", "FlowModel", "FlowOutput", "FlowPipeline", "FlowAggregation",
        "NetFlow", "NetworkBytes", "TestSupport",
      ],
      swiftSettings: ours),
    .testTarget(
      name: "JournalTests",
      dependencies: [
        "Capture", "Files", "Journal", "NetworkBytes", "TestSupport",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: ours),
    .testTarget(
      name: "RelayTests",
      dependencies: [
        "Capture", "FlowFilter", "NetworkBytes", "Relay", "TestSupport",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: ours),
    .testTarget(
      name: "PageTests", dependencies: ["Page", "TestSupport"], exclude: ["JavaScript"], swiftSettings: ours),
    .testTarget(
      name: "CollectorTests",
      dependencies: [
        "Alerts", "Capture", "Collector", "Enrichment", "Files", "FlowFilter", "FlowLines", "FlowModel", "FlowOutput",
        "FlowPipeline",
        "FlowAggregation", "FlowQuery", "FlowStore", "FlowText", "HTTPServing", "HostNames", "Journal", "Kafka",
        "NetFlow",
        "NetworkBytes", "ObjectStorage", "Parquet", "Relay", "Settings", "Shipping", "StreamReception", "sagflow",
        "TestSupport",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: ours),

    .testTarget(
      name: "SmartAccessGatewayTests",
      dependencies: [
        "CloudAPI", "SmartAccessGateway", "GatewayStub", "TestSupport",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      exclude: ["sdk.py"], swiftSettings: ours),
    .testTarget(
      name: "ObjectStorageTests",
      dependencies: [
        "CloudAPI", "ObjectStorage", "Shipping", "TestSupport",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      exclude: ["lake.py", "vectors.py"], swiftSettings: ours),
    .testTarget(
      name: "ClickHouseTests",
      dependencies: [
        "ClickHouse", "FlowModel", "Shipping", "TestSupport", "sagflow",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      exclude: ["clickhouse.py"], swiftSettings: ours),
    .testTarget(
      name: "TrafficGeneratorTests",
      dependencies: ["TrafficGenerator", "FlowModel", "NetFlow", "NetworkBytes", "TestSupport"],
      swiftSettings: ours),
    .testTarget(
      name: "FuzzTests", dependencies: ["CollectorFuzzTargets", "FuzzTargets", "TestSupport"], swiftSettings: ours),
    .testTarget(
      name: "FixtureTests",
      dependencies: ["Capture", "NetFlow", "TestSupport"],
      swiftSettings: ours),
    .testTarget(
      name: "EndToEndTests", dependencies: ["sagflow", "GatewayStub", "NetworkBytes", "TestSupport"],
      exclude: [
        "ask.py", "bounds.py", "clock.c", "crash.py", "destinations.py", "engines.py", "faults.c", "faults.py",
        "fixbuf.c", "mixture.py", "outputs.py", "page.py", "prometheus-rules-test.yml", "restarts.py", "rows.py",
        "supervision.py", "terminal.py", "unions.py", "weather.py", "wires.py",
      ],
      swiftSettings: ours),
    .target(
      name: "TestSupport", dependencies: ["NetworkBytes", "CChildProcess"], path: "Tests/TestSupport",
      swiftSettings: ours),
    .target(
      name: "GatewayStub",
      dependencies: [
        "HTTPServing",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      path: "Tests/GatewayStub", swiftSettings: ours),
    // Readers of untrusted octets, for libFuzzer and for seeded tests.
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Capture", "Files", "FlowAggregation", "FlowFilter", "FlowModel", "FlowOutput", "FlowPipeline", "Journal",
        "NetFlow", "NetworkBytes", "Parquet", "TrafficGenerator",
      ],
      path: "Tests/FuzzTargets", swiftSettings: ours),
    .target(
      name: "CollectorFuzzTargets",
      dependencies: [
        "Capture", "ClickHouse", "Collector", "FlowAggregation", "FlowModel", "FlowOutput", "FlowPipeline",
        "FuzzTargets",
        "Journal", "ObjectStorage", "Settings", .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      path: "Tests/CollectorFuzzTargets", swiftSettings: ours),
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .target(name: "CChildProcess", path: "Tests/CChildProcess"),

    // C: system calls that Glibc's module does not offer, the page's files, the API's description, the version, and Debian's libraries.
    .target(name: "CSystemCalls"),
    .target(name: "CBuildVersion"),
    .target(name: "CPageAssets"),
    .target(name: "CAPIDescription"),
    .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CMaxMindDB", pkgConfig: "libmaxminddb", providers: [.apt(["libmaxminddb-dev"])]),
    .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
    .systemLibrary(name: "CRdKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
  ],
  swiftLanguageModes: [.v6]
)

if let fuzzer {
  package.targets += [
    .target(name: "CFuzzer", path: "Tests/CFuzzer"),
    .target(
      name: "FuzzDriver", dependencies: ["CFuzzer", "FuzzTargets"], path: "Tests/FuzzDriver", swiftSettings: ours),
    .executableTarget(
      name: "Fuzzer", dependencies: ["FuzzDriver", "FuzzTargets"], path: "Tests/Fuzzer", swiftSettings: ours,
      linkerSettings: [.unsafeFlags([fuzzer]), .linkedLibrary("stdc++")]),
    .executableTarget(
      name: "CollectorFuzzer", dependencies: ["CollectorFuzzTargets", "FuzzDriver", "FuzzTargets"],
      path: "Tests/CollectorFuzzer", swiftSettings: ours,
      linkerSettings: [.unsafeFlags([fuzzer]), .linkedLibrary("stdc++")]),
  ]
}
