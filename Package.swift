// swift-tools-version: 6.2
import PackageDescription

/// Path of the toolchain's libFuzzer, set by `make fuzz`. If set, the fuzzers are built and modules are instrumented; otherwise the
/// package is unchanged. `FUZZER_SANITIZER` is another sanitizer for the same modules: of several options, the compiler heeds the
/// last.
let fuzzer = Context.environment["FUZZER_RUNTIME"]
let sanitizers = ["fuzzer", Context.environment["FUZZER_SANITIZER"] ?? ""].filter { !$0.isEmpty }
let instrumentation: [SwiftSetting] =
  fuzzer == nil ? [] : [.unsafeFlags(["-sanitize=" + sanitizers.joined(separator: ",")])]

/// The only test modules to build, set by `make test-sanitized`, separated by spaces. If set, our modules are optimized in debug
/// builds, too, because sanitizers make them slow.
let testModules = Context.environment["TEST_MODULES"]?.split(separator: " ").map(String.init)
let optimization: [SwiftSetting] = testModules == nil ? [] : [.unsafeFlags(["-O"])]

/// Settings of all targets: Swift 6 mode, strict memory safety, internal imports by default, explicit imports of the modules used,
/// and `any` for existential types.
let ours: [SwiftSetting] =
  [
    .strictMemorySafety(),
    .treatWarning("StrictMemorySafety", as: .error),
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + instrumentation + optimization

// Products of other packages.
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let dequeModule: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

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
    // docs/design.md describes each module; ModuleGraphTests compare both with the sources.
    .target(name: "NetworkBytes", dependencies: ["CSystemCalls"]),
    .target(name: "PacketHeaders", dependencies: ["NetworkBytes"]),
    .target(name: "Files", dependencies: ["CSystemCalls", systemPackage]),
    .target(name: "Waiting"),
    .target(name: "HostNames", dependencies: ["CSystemCalls", "NetworkBytes"]),
    .target(name: "FlowModel", dependencies: ["NetworkBytes"]),
    .target(name: "LookupTables", dependencies: ["NetworkBytes"]),
    .target(name: "Labels", dependencies: ["Files", "FlowModel", "LookupTables", "NetworkBytes"]),
    .target(name: "GeoDatabases", dependencies: ["CMaxMindDB", "Files", "FlowModel", "LookupTables", "NetworkBytes"]),
    .target(
      name: "Enrichment",
      dependencies: ["Files", "FlowModel", "GeoDatabases", "Labels", "LookupTables", "NetworkBytes"]),
    .target(name: "FlowText", dependencies: ["CSystemCalls", "Files", "FlowModel", "NetworkBytes"]),
    .target(
      name: "NetFlow", dependencies: ["FlowModel", "FlowText", "NetworkBytes", "PacketHeaders", dequeModule],
      exclude: ["Registry/iana-ipfix.csv"]),
    .target(name: "FlowAggregation", dependencies: ["FlowModel", "NetworkBytes"]),
    .target(name: "TrafficGenerator", dependencies: ["FlowModel", "NetFlow", "NetworkBytes"]),
    .target(name: "Capture", dependencies: ["CPcap", "CSystemCalls", "Files", "NetworkBytes"]),
    .target(name: "Parquet", dependencies: ["CDeflate", "CZstd", "Files", "NetworkBytes"]),
    .target(name: "FlowOutput", dependencies: ["FlowModel", "NetworkBytes", "Waiting", dequeModule, logging]),
    .target(
      name: "FlowLines", dependencies: ["Files", "FlowModel", "FlowOutput", "FlowText", "NetworkBytes", logging]),
    .target(
      name: "FlowStore",
      dependencies: ["Files", "FlowModel", "FlowOutput", "NetworkBytes", "Parquet", dequeModule, logging]),
    .target(name: "Journal", dependencies: ["CSystemCalls", "Capture", "Files", "NetworkBytes", "Waiting", logging]),
    .target(name: "Relay", dependencies: ["Capture", "Files", "FlowFilter", "NetworkBytes", "Waiting", logging]),
    .target(
      name: "FlowPipeline",
      dependencies: [
        "Capture", "Enrichment", "FlowFilter", "FlowModel", "FlowOutput", "FlowText", "FlowAggregation", "NetFlow",
        "NetworkBytes",
      ]),
    .target(
      name: "StreamReception",
      dependencies: ["Capture", "Files", "NetworkBytes", logging, nioCore, nioPosix, nioSSL, nioTLS]),
    .target(name: "FlowFilter", dependencies: ["FlowModel", "LookupTables", "NetworkBytes"]),
    .target(name: "Alerts", dependencies: ["FlowFilter", "NetworkBytes"]),
    .target(
      name: "FlowQuery",
      dependencies: ["CSystemCalls", "Files", "FlowFilter", "FlowModel", "FlowText", "NetworkBytes", "Parquet"]),
    .target(
      name: "Anonymization", dependencies: ["Capture", "Files", "NetFlow", "NetworkBytes", crypto, cryptoExtras]),
    .target(
      name: "Shipping",
      dependencies: ["Files", "FlowStore", "NetworkBytes", asyncHTTPClient, logging, nioCore, nioPosix]),
    .target(
      name: "ClickHouse",
      dependencies: ["Files", "FlowModel", "Shipping", asyncHTTPClient, nioCore, nioHTTP1, nioPosix, nioSSL]),
    .target(
      name: "ObjectStorage",
      dependencies: ["CloudAPI", "Files", "Shipping", asyncHTTPClient, crypto, logging, nioCore, nioHTTP1, nioPosix]),
    .target(
      name: "Kafka",
      dependencies: [
        "Files", "FlowModel", "FlowQuery", "FlowStore", "FlowText", "NetworkBytes", "Parquet", "Shipping",
        "Waiting",
        .byName(name: "CRdKafka", condition: .when(traits: ["Kafka"])),
      ], exclude: ["flow.proto"]),
    // Cloud APIs, independent of flows.
    .target(
      name: "CloudAPI",
      dependencies: ["Files", "NetworkBytes", asyncHTTPClient, crypto, nioCore, nioHTTP1, nioPosix, nioSSL]),
    .target(name: "SmartAccessGateway", dependencies: ["CloudAPI", "NetworkBytes"]),
    .target(
      name: "Settings",
      dependencies: [
        "Alerts", "ClickHouse", "Enrichment", "FlowFilter", "FlowLines", "FlowModel", "FlowStore", "FlowText",
        "FlowAggregation", "Kafka", "NetFlow", "NetworkBytes", "ObjectStorage", "Shipping", configuration, logging,
        yams,
      ]),
    // The web page; its files are embedded by a C target.
    .target(name: "Page", dependencies: ["CPageAssets"], exclude: ["Assets"]),
    .target(
      name: "HTTPServing", dependencies: [hummingbird, hummingbirdCore, logging, nioCore, nioPosix, serviceLifecycle]),
    .target(
      name: "Collector",
      dependencies: [
        "Alerts", "Anonymization", "CAPIDescription", "Capture", "Enrichment", "Files", "FlowFilter", "FlowLines",
        "FlowModel",
        "FlowOutput", "FlowPipeline", "FlowQuery", "FlowStore", "FlowText", "FlowAggregation", "HTTPServing",
        "HostNames", "Journal", "NetFlow", "NetworkBytes", "ClickHouse", "CloudAPI", "Kafka", "ObjectStorage", "Page",
        "Parquet", "Relay", "Settings", "Shipping", "StreamReception", "Waiting", asyncHTTPClient, dequeModule,
        httpTypes, hummingbird, logging, nioCore, nioHTTP1, nioHTTPTypes, nioPosix, serviceLifecycle,
      ], exclude: ["HTTP/API/openapi.json"]),
    .executableTarget(
      name: "sagflow",
      dependencies: [
        "Alerts", "Anonymization", "CBuildVersion", "Capture", "ClickHouse", "CloudAPI", "Collector", "Enrichment",
        "Files", "Labels",
        "TrafficGenerator",
        "FlowFilter", "FlowLines", "FlowModel", "FlowOutput", "FlowPipeline", "FlowQuery", "FlowStore", "FlowText",
        "FlowAggregation", "HostNames", "Journal", "NetFlow", "NetworkBytes", "Parquet", "Settings", "Shipping",
        "SmartAccessGateway", "StreamReception", "Waiting", argumentParser, logging, serviceLifecycle, unixSignals,
      ]),

    .testTarget(name: "AlertsTests", dependencies: ["Alerts", "NetworkBytes", "TestSupport"]),
    .testTarget(
      name: "AnonymizationTests",
      dependencies: [
        "Anonymization", "Capture", "FlowModel", "NetFlow", "NetworkBytes", "TestSupport", "TrafficGenerator",
      ]),
    .testTarget(name: "HostNamesTests", dependencies: ["HostNames", "NetworkBytes", "TestSupport"]),
    .testTarget(name: "WaitingTests", dependencies: ["TestSupport", "Waiting"]),
    .testTarget(name: "FilesTests", dependencies: ["Files", "NetworkBytes", "TestSupport"]),
    .testTarget(
      name: "FlowModelTests",
      dependencies: [
        "FlowFilter", "FlowModel", "FlowQuery", "FlowStore", "FlowText", "FlowAggregation", "NetworkBytes",
        "TestSupport",
      ]),
    .testTarget(
      name: "PacketHeadersTests", dependencies: ["CAllocationCounter", "NetworkBytes", "PacketHeaders", "TestSupport"]),
    .testTarget(name: "LookupTablesTests", dependencies: ["LookupTables", "NetworkBytes", "TestSupport"]),
    .testTarget(
      name: "LabelsTests",
      dependencies: ["Files", "FlowModel", "Labels", "LookupTables", "NetworkBytes", "TestSupport"]),
    .testTarget(
      name: "EnrichmentTests",
      dependencies: [
        "Enrichment", "Files", "FlowModel", "GeoDatabases", "Labels", "LookupTables", "NetworkBytes",
        "TestSupport",
      ],
      exclude: ["databases.py"]),
    .testTarget(
      name: "NetFlowTests",
      dependencies: ["FlowModel", "NetFlow", "NetworkBytes", "Capture", "CAllocationCounter", "TestSupport"]),
    .testTarget(
      name: "FlowAggregationTests",
      dependencies: ["FlowModel", "FlowAggregation", "NetFlow", "NetworkBytes", "CAllocationCounter", "TestSupport"]),
    .testTarget(name: "CaptureTests", dependencies: ["Capture", "Files", "NetworkBytes", "TestSupport"]),
    .testTarget(name: "ParquetTests", dependencies: ["Files", "Parquet", "TestSupport"], exclude: ["verify.py"]),
    .testTarget(
      name: "FlowStoreTests",
      dependencies: [
        "Files", "FlowModel", "FlowOutput", "FlowStore", "NetFlow", "NetworkBytes", "Parquet", "TestSupport", logging,
      ], exclude: ["verify.py"]),
    .testTarget(
      name: "ShippingTests", dependencies: ["Files", "FlowStore", "NetworkBytes", "Shipping", "TestSupport", logging]),
    .testTarget(
      name: "StreamReceptionTests",
      dependencies: ["Capture", "NetworkBytes", "StreamReception", "TestSupport", logging, nioCore]),
    .testTarget(
      name: "FlowFilterTests",
      dependencies: ["FlowModel", "FlowFilter", "FlowStore", "NetFlow", "NetworkBytes", "TestSupport"]),
    .testTarget(
      name: "FlowQueryTests",
      dependencies: [
        "FlowModel", "FlowFilter", "FlowQuery", "FlowStore", "FlowText", "FlowAggregation", "NetworkBytes", "Parquet",
        "TestSupport",
      ]),
    .testTarget(name: "FlowTextTests", dependencies: ["FlowModel", "FlowText", "NetworkBytes"]),
    .testTarget(
      name: "FlowLinesTests",
      dependencies: [
        "Files", "FlowLines", "FlowModel", "FlowOutput", "FlowText", "NetworkBytes", "TestSupport", logging,
      ]),
    .testTarget(
      name: "KafkaTests",
      dependencies: [
        "FlowModel", "FlowQuery", "FlowStore", "Kafka", "NetworkBytes", "Shipping", "TestSupport",
        .byName(name: "CRdKafka", condition: .when(traits: ["Kafka"])),
      ], exclude: ["consume.py"]),
    .testTarget(
      name: "SettingsTests",
      dependencies: [
        "Alerts", "CAllocationCounter", "ClickHouse", "Collector", "FlowFilter", "FlowLines", "FlowModel",
        "FlowPipeline", "FlowStore", "FlowText", "FlowAggregation", "Kafka", "NetFlow", "NetworkBytes", "ObjectStorage",
        "Settings", "Shipping", "TestSupport", logging,
      ]),
    .testTarget(
      name: "FlowOutputTests",
      dependencies: [
        "FlowModel", "FlowOutput", "FlowPipeline", "FlowStore", "FlowAggregation", "NetFlow", "NetworkBytes",
        "TestSupport", logging,
      ]),
    .testTarget(
      name: "FlowPipelineTests",
      dependencies: [
        "CAllocationCounter", "Enrichment", "FlowFilter", "FlowModel", "FlowOutput", "FlowPipeline", "FlowAggregation",
        "NetFlow", "NetworkBytes", "TestSupport",
      ]),
    .testTarget(
      name: "JournalTests", dependencies: ["Capture", "Files", "Journal", "NetworkBytes", "TestSupport", logging]),
    .testTarget(
      name: "RelayTests", dependencies: ["Capture", "FlowFilter", "NetworkBytes", "Relay", "TestSupport", logging]),
    .testTarget(name: "PageTests", dependencies: ["Page", "TestSupport"], exclude: ["JavaScript"]),
    .testTarget(
      name: "CollectorTests",
      dependencies: [
        "Alerts", "Capture", "Collector", "Enrichment", "Files", "FlowFilter", "FlowLines", "FlowModel", "FlowOutput",
        "FlowPipeline", "FlowAggregation", "FlowQuery", "FlowStore", "FlowText", "HTTPServing", "HostNames", "Journal",
        "Kafka", "NetFlow", "NetworkBytes", "ObjectStorage", "Parquet", "Relay", "Settings", "Shipping",
        "StreamReception", "sagflow", "TestSupport", httpTypes, hummingbird, logging, nioCore, yams,
      ]),

    .testTarget(
      name: "SmartAccessGatewayTests",
      dependencies: ["CloudAPI", "SmartAccessGateway", "GatewayStub", "TestSupport", crypto], exclude: ["sdk.py"]),
    .testTarget(
      name: "ObjectStorageTests",
      dependencies: [
        "CloudAPI", "ObjectStorage", "Shipping", "TestSupport", crypto, logging, nioCore, nioHTTP1, nioPosix,
      ], exclude: ["lake.py", "vectors.py"]),
    .testTarget(
      name: "ClickHouseTests",
      dependencies: ["ClickHouse", "FlowModel", "Shipping", "TestSupport", "sagflow", nioCore, nioHTTP1, nioPosix],
      exclude: ["clickhouse.py"]),
    .testTarget(
      name: "TrafficGeneratorTests",
      dependencies: ["TrafficGenerator", "FlowModel", "NetFlow", "NetworkBytes", "TestSupport"]),
    .testTarget(name: "FuzzTests", dependencies: ["CollectorFuzzTargets", "FuzzTargets", "TestSupport"]),
    .testTarget(name: "FixtureTests", dependencies: ["Capture", "NetFlow", "TestSupport"]),
    .testTarget(
      name: "EndToEndTests", dependencies: ["sagflow", "GatewayStub", "NetworkBytes", "TestSupport"],
      exclude: [
        "ask.py", "bounds.py", "clock.c", "costs.txt", "crash.py", "destinations.py", "engines.py", "faults.c",
        "faults.py", "fixbuf.c", "mixture.py", "outputs.py", "page.py", "prometheus-rules-test.yml", "restarts.py",
        "rows.py", "supervision.py", "terminal.py", "unions.py", "weather.py", "wires.py",
      ]),
    .target(
      name: "TestSupport", dependencies: ["NetworkBytes", "CChildProcess", "CSanitizers"], path: "Tests/TestSupport"),
    .target(
      name: "GatewayStub", dependencies: ["HTTPServing", crypto, httpTypes, hummingbird, nioCore],
      path: "Tests/GatewayStub"),
    // Parsers of untrusted input, for libFuzzer and for seeded tests.
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Capture", "Files", "FlowAggregation", "FlowFilter", "FlowModel", "FlowOutput", "FlowPipeline", "Journal",
        "NetFlow", "NetworkBytes", "Parquet", "TrafficGenerator",
      ], path: "Tests/FuzzTargets"),
    .target(
      name: "CollectorFuzzTargets",
      dependencies: [
        "Capture", "ClickHouse", "Collector", "FlowAggregation", "FlowModel", "FlowOutput", "FlowPipeline",
        "FuzzTargets", "Journal", "ObjectStorage", "Settings", logging, nioCore,
      ], path: "Tests/CollectorFuzzTargets"),
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .target(name: "CChildProcess", path: "Tests/CChildProcess"),
    .target(name: "CSanitizers", path: "Tests/CSanitizers"),

    // C: system calls missing from Swift's Glibc module, embedded files, and Debian's libraries.
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

if let testModules { package.targets.removeAll { $0.type == .test && !testModules.contains($0.name) } }

if let fuzzer {
  let search: [LinkerSetting] = [.unsafeFlags([fuzzer]), .linkedLibrary("stdc++")]
  package.targets += [
    .target(name: "CFuzzer", path: "Tests/CFuzzer"),
    .target(name: "FuzzDriver", dependencies: ["CFuzzer", "FuzzTargets"], path: "Tests/FuzzDriver"),
    .executableTarget(
      name: "Fuzzer", dependencies: ["FuzzDriver", "FuzzTargets"], path: "Tests/Fuzzer", linkerSettings: search),
    .executableTarget(
      name: "CollectorFuzzer", dependencies: ["CollectorFuzzTargets", "FuzzDriver", "FuzzTargets"],
      path: "Tests/CollectorFuzzer", linkerSettings: search),
  ]
}

// Applied to all targets; C targets ignore them.
for target in package.targets where target.type != .system { target.swiftSettings = ours }
