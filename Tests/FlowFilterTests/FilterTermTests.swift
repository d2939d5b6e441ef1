import FlowFilter
import FlowModel
import NetworkBytes
import Testing

private func network(_ text: String) -> Network { Network(text) ?? Network(.unspecified, length: 0) }

@Suite("Filters for every column")
struct FilterTermTests {
  private static let ports: [FlowColumn] = [.sourcePort, .destinationPort]
  private static let addresses: [FlowColumn] = [.sourceAddress, .destinationAddress]
  private static let names: [FlowColumn] = [.ingressInterfaceName, .egressInterfaceName]

  private static func all(_ tests: FlowTest...) -> FlowFilter { .all(tests.map { .test($0) }) }

  @Test(
    "each term means what it says",
    arguments: [
      ("direction egress", .test(.text([.direction], ["egress"]))),
      ("direction INGRESS", .test(.text([.direction], ["ingress"]))),
      ("vrf > 7", .test(.number([.vrf], .greater(7)))), ("vrf 7", .test(.number([.vrf], .equal(7)))),
      ("src label 'Site A'", .test(.text([.sourceLabel], ["Site A"]))),
      ("label hq", .test(.text([.sourceLabel, .destinationLabel], ["hq"]))),
      ("dst country de", .test(.text([.destinationCountry], ["de"]))),
      ("as-name example", .test(.text([.sourceASName, .destinationASName], ["example"]))),
      ("reverse bytes > 1k", .test(.number([.reverseOctets], .greater(1000)))),
      ("reverse packets 0", .test(.number([.reversePackets], .equal(0)))),
      ("exporter-name r1", .test(.text([.exporterName], ["r1"]))),
      ("vrf-name 'Blue A'", .test(.text([.vrfName], ["Blue A"]))),
      ("in if-name \"Gi 0/1\"", .test(.text([.ingressInterfaceName], ["Gi 0/1"]))),
      ("out if-name ge-0/0/1.0", .test(.text([.egressInterfaceName], ["ge-0/0/1.0"]))),
      ("if-name in [a, \"b c\"]", .test(.text(names, ["a", "b c"]))),
      ("if-name \"say \\\"x\\\" \\\\ \\y\"", .test(.text(names, ["say \"x\" \\ \\y"]))),
      ("app 3:80", .test(.text([.application], ["3:80"]))), ("app HTTP", .test(.text([.applicationName], ["HTTP"]))),
      ("app-id '3:80'", .test(.text([.application], ["3:80"]))),
      ("app-name \"3:80\"", .test(.text([.applicationName], ["3:80"]))),
      ("mpls label1 16001", .test(.mpls(.number(1), .equal(16_001)))),
      ("mpls label10 >= 16", .test(.mpls(.number(10), .atLeast(16)))),
      ("mpls any in [16 17]", .test(.mpls(.any, .oneOf([16, 17])))),
      ("end-reason 2", .test(.number([.endReason], .equal(2)))),
      ("sampling-rate > 1", .test(.number([.samplingRate], .greater(1)))),
      ("flow-type ipfix", .test(.text([.flowType], ["ipfix"]))),
      ("dscp ef", .test(.number([.typeOfService], .oneOf([184, 185, 186, 187])))),
      ("dscp AF41", .test(.number([.typeOfService], .oneOf([136, 137, 138, 139])))),
      ("dscp cs1", .test(.number([.typeOfService], .oneOf([32, 33, 34, 35])))),
      ("dscp > 46", .test(.number([.typeOfService], .greater(187)))),
      ("proto gt 17", .test(.number([.protocolIdentifier], .greater(17)))),
      ("dscp >= 46", .test(.number([.typeOfService], .atLeast(184)))),
      ("dscp < 46", .test(.number([.typeOfService], .less(184)))),
      ("dscp <= 63", .test(.number([.typeOfService], .atMost(255)))),
      ("dscp in [0]", .test(.number([.typeOfService], .oneOf([0, 1, 2, 3])))),
      ("exporter net 10/8", .test(.address([.exporterAddress], [network("10.0.0.0/8")]))),
      ("next net 10/8", .test(.address([.nextHop], [network("10.0.0.0/8")]))),
      ("ident 'Host A'", .test(.collector("Host A"))),
      ("src or dst port 53", .test(.number(ports, .equal(53)))),
      ("dst or src net 10/8", .test(.address(addresses, [network("10.0.0.0/8")]))),
      ("in or out if 3", .test(.number([.ingressInterface, .egressInterface], .equal(3)))),
      (
        "src and dst port > 1023",
        all(.number([.sourcePort], .greater(1023)), .number([.destinationPort], .greater(1023)))
      ),
      (
        "nat src and dst ip 10.0.0.1",
        all(
          .address([.postNATSourceAddress], [network("10.0.0.1")]),
          .address([.postNATDestinationAddress], [network("10.0.0.1")]))
      ),
      ("nat src or dst port 53", .test(.number([.postNATSourcePort, .postNATDestinationPort], .equal(53)))),
      ("net 10.1.2.3 255.0.0.0", .test(.address(addresses, [network("10.0.0.0/8")]))),
      ("src net 10.1.2.3 255.255.255.255", .test(.address([.sourceAddress], [network("10.1.2.3")]))),
      ("dst net 0.0.0.0 0.0.0.0", .test(.address([.destinationAddress], [network("0.0.0.0/0")]))),
      (
        "src net 10.0.0.0/8 and port 1",
        all(.address([.sourceAddress], [network("10.0.0.0/8")]), .number(ports, .equal(1)))
      ),
    ] as [(String, FlowFilter)])
  func terms(text: String, filter: FlowFilter) throws {
    #expect(try FlowFilter(parsing: text) == filter)
    #expect(try FlowFilter(parsing: filter.description) == filter, "\(filter)")
  }

  @Test(
    "what is not understood is told with its place and what was expected",
    arguments: [
      ("direction up", "column 11: expected ingress or egress, found 'up'"),
      ("mpls label0 3", "column 6: expected any, or label1 to label10, found 'label0'"),
      ("mpls label11 3", "column 6: expected any, or label1 to label10, found 'label11'"),
      ("mpls any 1048576", "column 10: expected a number up to 1048575, found '1048576'"),
      ("dscp af44", "column 6: expected a code point such as ef, af41, cs1, or a number up to 63, found 'af44'"),
      ("dscp 64", "column 6: expected a number up to 63, found '64'"),
      ("src or port 53", "column 8: expected dst, found 'port'"),
      ("in and port 53", "column 8: expected out, found 'port'"),
      ("src and dst vrf 1", "column 13: expected a condition"),
      (
        "net 10.0.0.0 255.0.255.0",
        "column 14: expected a mask that begins with all its ones, such as 255.255.0.0, found '255.0.255.0'"
      ),
      ("ip 10.0.0.0 255.0.0.0", "column 13: expected and, or or the end, found '255.0.0.0'"),
      ("if-name \"Gi 0/1", "column 9: expected text that ends with \" on the same line, found '\"Gi 0/1'"),
      ("if-name \"a\nb\"", "column 9: expected text that ends with \" on the same line, found '\"a'"),
      ("\"ipv4\"", "column 1: expected a condition such as 'src ip 10.0.0.1', found '\"ipv4\"'"),
      ("if-name", "column 8: expected text, such as \"Gi 0/1\", found the end"),
      (
        "src ip www.example.com",
        "column 8: expected an address or a network such as 10.0.0.0/8 or 2001:db8::/32; --resolve-filter accepts host names, found 'www.example.com'"
      ),
    ])
  func mistakes(text: String, message: String) {
    let error = #expect(throws: FilterError.self) { try FlowFilter(parsing: text) }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }

  @Test("labels are looked at where they are in the stack")
  func labels() throws {
    let stack: [UInt64] = [16_001, 3]
    #expect(LabelPosition.any.holds(.equal(3), stack))
    #expect(LabelPosition.number(2).holds(.equal(3), stack))
    #expect(!LabelPosition.number(1).holds(.equal(3), stack))
    #expect(!LabelPosition.number(3).holds(.atLeast(0), stack))
    #expect(!LabelPosition.any.holds(.atLeast(0), []))
    var fields = FlowExtension()
    fields.mplsStack[0] = 16_001 << 4
    fields.mplsStack[1] = 3 << 4 | 1
    let flow = FlowRow(FlowRecord(), origin: FlowOrigin(exporter: .unspecified, domain: 0, version: 9), rare: fields)
    for (text, isWanted) in [
      ("mpls label1 16001", true), ("mpls label2 3", true), ("mpls any > 16000", true), ("mpls label1 3", false),
      ("mpls label3 0", false), ("not mpls any 3", false),
    ] {
      #expect(try FlowFilter(parsing: text).matches(flow, collector: "") == isWanted, "\(text)")
    }
  }

  @Test("names of hosts become all their addresses, of both families, once each time they are written")
  func hosts() throws {
    let hosts = HostResolution { name throws(HostResolution.Failure) in
      switch name {
      case "www.example.com": ["192.0.2.1", "2001:db8::1"].compactMap { IPAddress($0) }
      case "none": []
      default: throw HostResolution.Failure("Name or service not known")
      }
    }
    let found = try FlowFilter(parsing: "src ip WWW.Example.com", resolving: hosts)
    #expect(found == .test(.address([.sourceAddress], [network("192.0.2.1"), network("2001:db8::1")])))
    #expect(try FlowFilter(parsing: found.description) == found)
    let list = try FlowFilter(parsing: "dst ip in [10.0.0.0/8 www.example.com]", resolving: hosts)
    #expect(try FlowFilter(parsing: "dst ip in [10.0.0.0/8 192.0.2.1 2001:db8::1]") == list)
    for (text, message) in [
      (
        "ip 10.0.0.1 or ip nowhere",
        "column 19: expected a host name that resolves (Name or service not known), found 'nowhere'"
      ),
      ("ip none", "column 4: expected a host name with addresses, found 'none'"),
      (
        "ip 10.0.0.256",
        "column 4: expected an address or a network such as 10.0.0.0/8 or 2001:db8::/32, found '10.0.0.256'"
      ),
      ("ip a..b/8", "column 4: expected an address or a network such as 10.0.0.0/8 or 2001:db8::/32, found 'a..b/8'"),
    ] {
      let error = #expect(throws: FilterError.self) { try FlowFilter(parsing: text, resolving: hosts) }
      #expect(error?.description == message)
    }
  }

  @Test("quotes hide signs of files, too")
  func quotesInFiles() throws {
    let text = try FilterText("in if-name \"Gi@0 # [1\" and vrf-name 'x' # \"not this\nor port 1")
    #expect(try text.filter() == FlowFilter(parsing: "(in if-name 'Gi@0 # [1' and vrf-name x) or port 1"))
    #expect(throws: FilterError.self) { try FilterText("if-name \"a").filter() }
  }
}
