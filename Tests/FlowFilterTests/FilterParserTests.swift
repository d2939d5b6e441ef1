import FlowFilter
import FlowModel
import FlowStore
import NetworkBytes
import TestSupport
import Testing

private typealias Test = FlowTest

private func network(_ text: String) -> Network { Network(text) ?? Network(.unspecified, length: 0) }

@Suite("The filter language")
struct FilterParserTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    var text: String
    var filter: FlowFilter
    var testDescription: String { text }

    init(_ text: String, _ test: FlowTest) {
      self.text = text
      filter = .test(test)
    }

    init(_ text: String, filter: FlowFilter) {
      self.text = text
      self.filter = filter
    }
  }

  private static let ports: [FlowColumn] = [.sourcePort, .destinationPort]
  private static let addresses: [FlowColumn] = [.sourceAddress, .destinationAddress]

  @Test(
    "each production means what it says",
    arguments: [
      Sample("", filter: .any), Sample("  # nothing but a comment", filter: .any), Sample("any", filter: .any),
      Sample("ipv4", .isIPv4(true)), Sample("inet", .isIPv4(true)), Sample("IPv6", .isIPv4(false)),
      Sample("inet6", .isIPv4(false)),
      Sample("proto tcp", .number([.protocolIdentifier], .equal(6))),
      Sample("proto icmp6", .number([.protocolIdentifier], .equal(58))),
      Sample("PROTO 47", .number([.protocolIdentifier], .equal(47))),
      Sample("proto in [6 17]", .number([.protocolIdentifier], .oneOf([6, 17]))),
      Sample("ip 10.0.0.1", .address(addresses, [network("10.0.0.1")])),
      Sample("src host 2001:db8::1", .address([.sourceAddress], [network("2001:db8::1")])),
      Sample(
        "dst ip in [10.0.0.0/8, 192.0.2.1]",
        .address([.destinationAddress], [network("10.0.0.0/8"), network("192.0.2.1")])),
      Sample("next ip 10.0.0.1", .address([.nextHop], [network("10.0.0.1")])),
      Sample("router ip 10.0.0.1", .address([.exporterAddress], [network("10.0.0.1")])),
      Sample("exporter ip 10.0.0.1", .address([.exporterAddress], [network("10.0.0.1")])),
      Sample("net 172.16/12", .address(addresses, [network("172.16.0.0/12")])),
      Sample("src net 2001:db8::/32", .address([.sourceAddress], [network("2001:db8::/32")])),
      Sample("port 53", .number(ports, .equal(53))), Sample("src port = 53", .number([.sourcePort], .equal(53))),
      Sample("dst port == 0x35", .number([.destinationPort], .equal(53))),
      Sample("port > 1023", .number(ports, .greater(1023))), Sample("port<1k", .number(ports, .less(1000))),
      Sample("port >= 10", .number(ports, .atLeast(10))), Sample("port<=10", .number(ports, .atMost(10))),
      Sample("port gt 10", .number(ports, .greater(10))), Sample("port lt 10", .number(ports, .less(10))),
      Sample("port ge 10", .number(ports, .atLeast(10))), Sample("port le 10", .number(ports, .atMost(10))),
      Sample("port eq 10", .number(ports, .equal(10))),
      Sample("port in [80 443,\n8080,]", .number(ports, .oneOf([80, 443, 8080]))),
      Sample("port in [80, 443,8080]", .number(ports, .oneOf([80, 443, 8080]))),
      Sample("icmp-type 8", .number([.icmpType], .equal(8))),
      Sample("icmp-code > 0", .number([.icmpCode], .greater(0))),
      Sample("flags S", .tcpFlags(0x02)), Sample("flags SA", .tcpFlags(0x12)), Sample("flags 0x3f", .tcpFlags(0x3f)),
      Sample("flags uaprsfec", .tcpFlags(0xff)),
      Sample("as 64512", .number([.sourceAS, .destinationAS], .equal(64_512))),
      Sample("src as in [1 2]", .number([.sourceAS], .oneOf([1, 2]))),
      Sample("in if 7", .number([.ingressInterface], .equal(7))),
      Sample("out if 7", .number([.egressInterface], .equal(7))),
      Sample("if 7", .number([.ingressInterface, .egressInterface], .equal(7))),
      Sample("src vlan 100", .number([.sourceVLAN], .equal(100))),
      Sample("dst mask 24", .number([.destinationMask], .equal(24))),
      Sample("mac 00:1B:44:11:3A:B7", .mac([.sourceMAC, .destinationMAC], 0x001b_4411_3ab7)),
      Sample("src mac 0:1:2:3:4:5", .mac([.sourceMAC], 0x0001_0203_0405)),
      Sample("tos 184", .number([.typeOfService], .equal(184))),
      Sample("packets > 10k", .number([.packets], .greater(10_000))),
      Sample("bytes >= 1m", .number([.octets], .atLeast(1_000_000))),
      Sample("bytes < 2g", .number([.octets], .less(2_000_000_000))),
      Sample("flows 2t", .number([.records], .equal(2_000_000_000_000))),
      Sample("duration > 1000", .rate(.duration, .greater(1000))),
      Sample("pps < 5", .rate(.packetsPerSecond, .less(5))),
      Sample("bps > 1m", .rate(.bitsPerSecond, .greater(1_000_000))),
      Sample("bpp = 40", .rate(.octetsPerPacket, .equal(40))),
      Sample("ident Collector-1", .collector("Collector-1")),
      Sample("nat ip 10.0.0.1", .address([.postNATSourceAddress, .postNATDestinationAddress], [network("10.0.0.1")])),
      Sample("nat src net 10.0.0.0/8", .address([.postNATSourceAddress], [network("10.0.0.0/8")])),
      Sample("nat dst host 10.0.0.1", .address([.postNATDestinationAddress], [network("10.0.0.1")])),
      Sample("nat port > 1023", .number([.postNATSourcePort, .postNATDestinationPort], .greater(1023))),
      Sample("nat dst port 53", .number([.postNATDestinationPort], .equal(53))),
      Sample("observation domain id 7", .number([.observationDomainID], .equal(7))),
      Sample("observation domain id > 7", .number([.observationDomainID], .greater(7))),
    ])
  func productions(sample: Sample) throws {
    #expect(try FlowFilter(parsing: sample.text) == sample.filter)
  }

  @Test("not binds before and, and before or; parentheses before all")
  func precedence() throws {
    let (a, b, c) = (FlowFilter.test(.isIPv4(true)), FlowFilter.test(.tcpFlags(2)), FlowFilter.test(.tcpFlags(16)))
    #expect(try FlowFilter(parsing: "ipv4 and flags S or flags A") == .some([.all([a, b]), c]))
    #expect(try FlowFilter(parsing: "ipv4 or flags S and flags A") == .some([a, .all([b, c])]))
    #expect(try FlowFilter(parsing: "(ipv4 or flags S) and flags A") == .all([.some([a, b]), c]))
    #expect(try FlowFilter(parsing: "not ipv4 and flags S") == .all([.not(a), b]))
    #expect(try FlowFilter(parsing: "!(ipv4 and !flags S)") == .not(.all([a, .not(b)])))
    #expect(try FlowFilter(parsing: "ipv4 # first\n  and flags S # second") == .all([a, b]))
  }

  @Test(
    "what is not understood is told with its place and what was expected",
    arguments: [
      (
        "src prt 80",
        "column 5: expected ip, host, net, port, as, mask, vlan, mac, label, country, as-name after src, found 'prt'"
      ),
      ("in port 80", "column 4: expected something that has the side in; port has src and dst, found 'port'"),
      ("port", "column 5: expected a number up to 65535, found the end"),
      ("port http", "column 6: expected a number up to 65535, found 'http'"),
      ("port 65536", "column 6: expected a number up to 65535, found '65536'"),
      ("bytes > 1x", "column 9: expected a number such as 1500, 10k, 2m or 0x1f, found '1x'"),
      (
        "ip 10.0.0.256",
        "column 4: expected an address or a network such as 10.0.0.0/8 or 2001:db8::/32, found '10.0.0.256'"
      ),
      (
        "net 10.0.0.0/33",
        "column 5: expected an address or a network such as 10.0.0.0/8 or 2001:db8::/32, found '10.0.0.0/33'"
      ),
      ("proto quic", "column 7: expected a protocol such as tcp, udp, icmp, or its number, found 'quic'"),
      ("flags Z", "column 7: expected TCP flags, letters of UAPRSFECX, found 'Z'"),
      ("(ipv4", "column 6: expected and, or or ), found the end"),
      ("ipv4)", "column 5: expected and, or or the end, found ')'"),
      ("ipv4 ipv6", "column 6: expected and, or or the end, found 'ipv6'"),
      ("ipv4 and", "column 9: expected a condition such as 'src ip 10.0.0.1', found the end"),
      ("port in 80", "column 9: expected [, found '80'"),
      ("port in []", "column 10: expected a number up to 65535, found ']'"),
      ("ipv4\nand &", "line 2, column 5: expected a word or an operator, found '&'"),
      ("mac 00:11", "column 5: expected a MAC address such as 00:1b:44:11:3a:b7, found '00:11'"),
      ("observation id 3", "column 13: expected domain id, found 'id'"),
      ("exporter 3", "column 10: expected ip, host or net, found '3'"),
      ("nat 3", "column 5: expected src, dst, ip, host, net, port or event, found '3'"),
      ("nat src as 3", "column 9: expected ip, host, net or port, found 'as'"),
      ("@include x", "column 1: expected a word or an operator, found '@'"),
    ])
  func mistakes(text: String, message: String) {
    let error = #expect(throws: FilterError.self) { try FlowFilter(parsing: text) }
    #expect(error?.description == message)
  }

  @Test("what is no condition is told with all that are")
  func unknownCondition() {
    let error = #expect(throws: FilterError.self) { try FlowFilter(parsing: "bites > 1") }
    #expect(error?.column == 1)
    #expect(error?.description.contains("bytes") == true)
  }

  @Test("whatever the text, the parser ends with a filter or with a place in it")
  func fuzz() {
    let seed = runSeed("SAGFLOW_FILTER_SEED")
    var random = SeededGenerator(seed: seed)
    let words = [
      "src", "dst", "ip", "net", "port", "in", "out", "if", "and", "or", "not", "!", "(", ")", "[", "]", ",",
      "10.0.0.0/8",
      "2001:db8::/32", "80", "0x1f", "1k", ">", "<=", "=", "proto", "tcp", "flags", "SA", "#", "\n", "any", "ipv4",
      "bytes",
      "mac", "as", "流", "\u{0}", "99999999999999999999", "ident", "observation", "domain", "id", "exporter", "bps",
      "next",
    ]
    for round in 0..<20_000 {
      let text = (0..<random.below(14)).map { _ in words[random.below(words.count)] }
        .joined(separator: random.below(5) == 0 ? "" : " ")
      do throws(FilterError) {
        _ = try FlowFilter(parsing: text)
      } catch {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect((1...lines.count).contains(error.line), "seed \(seed), round \(round): \(text)")
        #expect(error.column >= 1, "seed \(seed), round \(round): \(text)")
        #expect(error.column <= text.count + 1, "seed \(seed), round \(round): \(text)")
      }
    }
    for deep in [String(repeating: "(", count: 100_000), String(repeating: "not ", count: 100_000) + "any"] {
      #expect(throws: FilterError.self) { try FlowFilter(parsing: deep) }
    }
  }

  @Test("networks hold what begins as they do, IPv4 ones nothing of IPv6")
  func networks() throws {
    for (network, address, isInside) in [
      ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.1.2.3/8", "10.9.9.9", true),
      ("0.0.0.0/0", "255.1.1.1", true), ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "10.0.0.1", false),
      ("::/0", "2001:db8::1", true), ("::/0", "::1", true), ("::/8", "10.0.0.1", false), ("::/80", "10.0.0.1", false),
      ("::/64", "::1", true), ("::/95", "10.0.0.1", false), ("::/96", "10.0.0.1", false),
      ("8000::/1", "10.0.0.1", false),
      ("0.0.0.0/0", "0.0.0.0", true), ("0.0.0.0/0", "::1", false),
      ("::/0", "::", true), ("0.0.0.0/0", "::", false), ("::/127", "::", true), ("::", "::", true),
      ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
      ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1/32", "10.0.0.2", false), ("2001:db8::/64", "2001:db8::ffff", true),
      ("2001:db8::/65", "2001:db8::8000:0:0:1", false),
    ] {
      let (whole, part) = (try #require(Network(network)), try #require(IPAddress(address)))
      #expect(whole.contains(part) == isInside, "\(network) \(address)")
    }
    for text in ["", "/8", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "2001:db8::/129", "x/8", "10./8", "1.2.3.4.5/8"]
    {
      #expect(Network(text) == nil, "\(text)")
    }
  }

  @Test("rates are whole numbers, 0 where nothing can be divided")
  func rates() {
    #expect(Rate.bitsPerSecond.value(octets: 1000, packets: 3, duration: 500) == 16_000)
    #expect(Rate.packetsPerSecond.value(octets: 1000, packets: 3, duration: 2000) == 1)
    #expect(Rate.octetsPerPacket.value(octets: 1000, packets: 3, duration: 0) == 333)
    for rate in [Rate.bitsPerSecond, .packetsPerSecond, .duration] {
      #expect(rate.value(octets: 9, packets: 9, duration: 0) == 0)
    }
    #expect(Rate.octetsPerPacket.value(octets: 9, packets: 0, duration: 5) == 0)
    #expect(Rate.bitsPerSecond.value(octets: .max, packets: 1, duration: 1) == .max)
  }
}
