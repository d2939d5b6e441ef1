import CloudAPI
import Foundation
import GatewayStub
import SmartAccessGateway
import Testing

/// Checks before sending, and changes based on a flow log's current state.
@Suite("Settings of a flow log")
struct SettingsTests {
  private static func problems(
    ignoresRanges: Bool = false, _ change: (inout FlowLogSettings) -> Void
  ) -> [String] {
    var settings = Samples.settings
    change(&settings)
    return settings.problems(ignoresRanges: ignoresRanges).map(\.name)
  }

  private static var both: FlowLogSettings {
    var settings = Samples.settings
    settings.outputType = .all
    settings.slsRegionID = "cn-shanghai"
    settings.projectName = "flows"
    settings.logstoreName = "sag"
    return settings
  }

  // MARK: Checks

  @Test("aging times have the service's ranges, unless they are overridden")
  func aging() {
    for (seconds, isRight) in [(59, false), (60, true), (6000, true), (6001, false), (0, false), (-1, false)] {
      #expect(Self.problems { $0.activeAging = seconds } == (isRight ? [] : ["ActiveAging"]), "\(seconds)")
    }
    for (seconds, isRight) in [(9, false), (10, true), (600, true), (601, false)] {
      #expect(Self.problems { $0.inactiveAging = seconds } == (isRight ? [] : ["InactiveAging"]), "\(seconds)")
    }
    #expect(Self.problems(ignoresRanges: true) { ($0.activeAging, $0.inactiveAging) = (1, 100_000) } == [])
    #expect(Self.problems(ignoresRanges: true) { $0.activeAging = 0 } == ["ActiveAging"])
  }

  @Test("each output type has what it requires, and nothing else is asked for")
  func outputTypes() {
    #expect(Samples.settings.problems() == [])
    #expect(Self.both.problems() == [])
    #expect(Self.problems { $0.outputType = nil } == ["OutputType"])
    #expect(Self.problems { $0.outputType = .all } == ["SlsRegionId", "ProjectName", "LogstoreName"])
    #expect(
      Self.problems { settings in
        settings = Self.both
        settings.projectName = ""
      } == ["ProjectName"])
    let collector = ["NetflowServerIp", "NetflowServerPort", "NetflowVersion"]
    func forget(_ settings: inout FlowLogSettings) {
      (settings.netflowServerIP, settings.netflowServerPort, settings.netflowVersion) = (nil, nil, nil)
    }
    #expect(Self.problems(forget) == collector)
    #expect(
      Self.problems { settings in
        settings = Self.both
        settings.outputType = .sls
        forget(&settings)
      } == [])
  }

  @Test(
    "the collector is a unicast IPv4 address and a port",
    arguments: [
      ("10.0.0.1", true), ("8.8.8.8", true), ("169.254.1.1", true), ("0.0.0.0", false), ("127.0.0.1", false),
      ("127.9.9.9", false), ("224.0.0.1", false), ("239.1.1.1", false), ("255.255.255.255", false),
      ("240.0.0.1", false),
      ("2001:db8::1", false), ("::ffff:10.0.0.1", false), ("collector.example", false), ("10.0.0.1:9995", false),
      ("10.0.0.256", false), ("10.0.0", false), ("", false), (" 10.0.0.1", false),
    ])
  func addresses(text: String, isRight: Bool) {
    #expect(Self.problems { $0.netflowServerIP = text } == (isRight ? [] : ["NetflowServerIp"]))
  }

  @Test("ports reach from 1 to 65535")
  func ports() {
    for (port, isRight) in [(0, false), (1, true), (65_535, true), (65_536, false), (-1, false)] {
      #expect(Self.problems { $0.netflowServerPort = port } == (isRight ? [] : ["NetflowServerPort"]), "\(port)")
    }
  }

  @Test("public and link-local addresses get a warning, private ones none")
  func warnings() {
    for (address, word) in [
      ("8.8.8.8", "public"), ("169.254.1.1", "link-local"), ("10.0.0.1", nil), ("172.31.255.1", nil),
      ("192.168.1.1", nil), ("100.64.0.1", nil), ("172.32.0.1", "public"),
    ] as [(String, String?)] {
      var settings = Samples.settings
      settings.netflowServerIP = address
      #expect(settings.warnings.count == (word == nil ? 0 : 1), "\(address): \(settings.warnings)")
      if let word { #expect(settings.warnings.first?.contains(word) == true, "\(address)") }
      settings.outputType = .sls
      #expect(settings.warnings == [])
    }
  }

  @Test("versions and output types are understood as people write them, and sent as the service wants them")
  func spellings() throws {
    for (text, version) in [
      ("V5", "V5"), ("v5", "V5"), ("5", "V5"), ("netflow5", "V5"), ("V9", "V9"), ("9", "V9"), ("NetFlowV9", "V9"),
      ("V10", "V10"), ("10", "V10"), ("ipfix", "V10"), ("IPFIX", "V10"),
    ] {
      #expect(try NetFlowVersion(parsing: text).rawValue == version, "\(text)")
    }
    for text in ["", "V", "V7", "v 9", "8", "sflow", "vv9", "V99"] {
      let error = #expect(throws: ParameterError.self, "\(text)") { try NetFlowVersion(parsing: text) }
      #expect(error?.name == "NetflowVersion")
    }
    for (text, type) in [("netflow", "netflow"), ("ALL", "all"), ("Sls", "sls")] {
      #expect(try OutputType(parsing: text).rawValue == type)
    }
    #expect(throws: ParameterError.self) { try OutputType(parsing: "both") }
  }

  @Test("regions and ids of flow logs are looked at, and a masked id is told as such")
  func names() throws {
    for region in ["cn-shanghai", "eu-central-1", "ap-southeast-5", "cn-shanghai-finance-1"] {
      try FlowLogNames.checkRegion(region)
    }
    for region in ["", "shanghai", "cn_shanghai", "cn-", "-cn", "CN-shanghai", "cn-shanghai/x", "cn-a.evil.example"] {
      let error = #expect(throws: ParameterError.self, "\(region)") { try FlowLogNames.checkRegion(region) }
      #expect(error?.name == "RegionId")
    }
    try FlowLogNames.checkFlowLogID("fl-0a1b2c3d4e5f6g7h8i")
    for id in ["", "fl- 1", "fl-\n", "fl-流", String(repeating: "a", count: 129)] {
      #expect(throws: ParameterError.self, "\(id)") { try FlowLogNames.checkFlowLogID(id) }
    }
    let masked = #expect(throws: ParameterError.self) { try FlowLogNames.checkFlowLogID("fl-****") }
    #expect(masked?.description.contains("masked") == true)
  }

  @Test("a collector is written ADDRESS or ADDRESS:PORT")
  func targets() throws {
    #expect(try CollectorTarget("10.0.0.1") == CollectorTarget("10.0.0.1"))
    let target = try CollectorTarget("10.0.0.1:2055")
    #expect((target.address, target.port) == ("10.0.0.1", 2055))
    #expect(try CollectorTarget("10.0.0.1").port == nil)
    for text in ["", ":9995", "127.0.0.1", "0.0.0.0:9995", "[2001:db8::1]:9995", "2001:db8::1", "host:9995"] {
      let error = #expect(throws: ParameterError.self, "\(text)") { try CollectorTarget(text) }
      #expect(error?.name == "NetflowServerIp", "\(text)")
    }
    for text in ["10.0.0.1:", "10.0.0.1:0", "10.0.0.1:65536", "10.0.0.1:+1", "10.0.0.1:x", "10.0.0.1:1:2"] {
      let error = #expect(throws: ParameterError.self, "\(text)") { try CollectorTarget(text) }
      #expect(error?.name == "NetflowServerPort", "\(text)")
    }
  }

  @Test("endpoints are hosts over https, or http on this host itself")
  func endpoints() throws {
    for (text, url) in [
      ("smartag.cn-shanghai.aliyuncs.com", "https://smartag.cn-shanghai.aliyuncs.com"),
      ("Host.example:8443/", "https://host.example:8443"), ("https://[2001:db8::1]:443", "https://[2001:db8::1]:443"),
      ("http://127.0.0.1:80", "http://127.0.0.1:80"), ("http://localhost", "http://localhost"),
      ("HTTP://[::1]:81", "http://[::1]:81"),
    ] {
      #expect(try ServiceEndpoint(text).url == url, "\(text)")
    }
    for text in [
      "", "http://host.example", "http://10.0.0.1", "ftp://host", "https://", "host:0", "host:65536", "host:x",
      "host/path",
      "a b", "user@host", "[2001:db8::1", "[x]", "-host", "host?x", "http://127.0.0.1.evil.example",
      "http://localhost.evil",
    ] {
      let error = #expect(throws: ParameterError.self, "\(text)") { try ServiceEndpoint(text) }
      #expect(error?.name == "endpoint", "\(text)")
    }
    #expect(ServiceEndpoint(service: "smartag", region: "eu-west-1").url == "https://smartag.eu-west-1.aliyuncs.com")
  }

  // MARK: Changes to a flow log

  private static func log(_ fields: [String: String]) throws -> FlowLog {
    try JSONDecoder().decode(
      FlowLog.self, from: JSONSerialization.data(withJSONObject: fields.merging(["FlowLogId": "fl-0"]) { $1 }))
  }

  @Test("what is not wanted otherwise is sent back as it is")
  func keeping() throws {
    let present = try Self.log(StubFlowLog.netflow("fl-0").fields)
    let settings = try FlowLogChanges().settings(over: present)
    #expect(settings.differences(from: present) == [])
    #expect(settings[.description] == "of Hangzhou")
    #expect(settings[.netflowServerPort] == "2055")
    var changes = FlowLogChanges()
    changes.collectorAddress = "10.0.0.1"
    changes.description = ""
    let differences = try changes.settings(over: present).differences(from: present)
    #expect(differences.map(\.field) == [.description, .netflowServerIP])
    #expect(differences.map(\.present) == ["of Hangzhou", "192.168.0.9"])
    #expect(differences.map(\.wanted) == ["", "10.0.0.1"])
  }

  @Test("delivery to Log Service goes on unless its end is asked for")
  func logService() throws {
    let present = try Self.log(StubFlowLog.logService("fl-0").fields)
    var changes = FlowLogChanges()
    (changes.collectorAddress, changes.collectorPort, changes.netflowVersion) = ("10.0.0.1", 9995, .v9)
    let kept = try changes.settings(over: present)
    #expect(kept.outputType == .all)
    #expect(kept.problems() == [])
    #expect(kept.remarks(over: present).contains { $0.contains("Log Service") && $0.contains("--output-type netflow") })
    changes.outputType = .netflow
    let ended = try changes.settings(over: present)
    #expect(ended.outputType == .netflow)
    #expect(ended.remarks(over: present).contains { $0.contains("ends its delivery to Log Service") })
    changes.outputType = .sls
    let collector = try Self.log(StubFlowLog.netflow("fl-0").fields)
    #expect(
      try changes.settings(over: collector).remarks(over: collector).contains { $0.contains("ends its export") })
  }

  @Test("a value that only the service knows stops a change, unless it is replaced")
  func unknownValues() throws {
    let present = try Self.log(
      StubFlowLog.netflow("fl-0").fields.merging(["OutputType": "kafka", "NetflowVersion": "V11"]) { $1 })
    let error = #expect(throws: ParameterError.self) { try FlowLogChanges().settings(over: present) }
    #expect(error?.description.contains("kafka") == true)
    var changes = FlowLogChanges()
    (changes.outputType, changes.netflowVersion) = (.netflow, .v9)
    #expect(try changes.settings(over: present).problems() == [])
  }

  @Test("why a flow log exports nothing is told")
  func blockers() throws {
    var log = try Self.log(StubFlowLog.netflow("fl-0").fields)
    #expect(log.blockers == [])
    log.status = "Inactive"
    log.gatewayCount = 0
    #expect(log.blockers.count == 2)
    #expect(log.blockers[0].contains("Inactive"))
    #expect(log.blockers[1].contains("no gateway"))
    log.status = nil
    log.gatewayCount = nil
    #expect(log.blockers == [])
  }

  @Test("a saved state comes back whole, and what was unset then is emptied")
  func saving() throws {
    let before = try Self.log([
      "OutputType": "netflow", "NetflowServerIp": "10.0.0.9", "NetflowServerPort": "1", "NetflowVersion": "V5",
    ])
    let time = Date(timeIntervalSince1970: 1_800_000_000)
    let data = try SavedFlowLog(before, region: "cn-shanghai", at: time).encoded()
    let saved = try SavedFlowLog(decoding: data)
    #expect(saved.flowLog == before)
    #expect((saved.regionID, saved.savedAt) == ("cn-shanghai", time))
    let settings = try saved.settings(over: try Self.log(StubFlowLog.netflow("fl-0").fields))
    #expect((settings.name, settings.description) == ("", ""))
    #expect(settings[.netflowVersion] == "V5")
    for text in ["", "{}", "[]", "{\"RegionId\":1}"] {
      #expect(throws: (any Error).self) { try SavedFlowLog(decoding: Data(text.utf8)) }
    }
  }

  @Test("numbers may come as text, and what is no number is an error")
  func lenience() throws {
    #expect(try Self.log(["NetflowServerPort": "9995"]).netflowServerPort == 9995)
    #expect(try Self.log(["NetflowServerPort": ""]).netflowServerPort == nil)
    #expect(throws: DecodingError.self) { try Self.log(["NetflowServerPort": "nine"]) }
  }

  @Test("texts of others cannot harm a terminal")
  func terminal() {
    #expect(TerminalText.escaped("a\nb\r\t流\u{1b}[2J\u{202e}\u{0}") == "a\\nb\\r\\t流\\u{1b}[2J\\u{202e}\\u{0}")
  }
}
