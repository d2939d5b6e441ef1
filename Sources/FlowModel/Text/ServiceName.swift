/// Names of the most common ports (IANA, Service Name and Transport Protocol Port Number Registry).
public enum ServiceName {
  private static let names: [UInt16: String] = [
    7: "echo", 9: "discard", 19: "chargen", 20: "ftp-data", 21: "ftp", 22: "ssh", 23: "telnet", 25: "smtp", 37: "time",
    43: "whois", 49: "tacacs", 53: "domain", 67: "bootps", 68: "bootpc", 69: "tftp", 79: "finger", 80: "http",
    88: "kerberos", 102: "iso-tsap", 110: "pop3", 111: "sunrpc", 113: "ident", 119: "nntp", 123: "ntp", 135: "epmap",
    137: "netbios-ns", 138: "netbios-dgm", 139: "netbios-ssn", 143: "imap", 161: "snmp", 162: "snmptrap", 179: "bgp",
    194: "irc", 389: "ldap", 427: "svrloc", 443: "https", 445: "microsoft-ds", 464: "kpasswd", 465: "submissions",
    500: "isakmp", 502: "mbap", 514: "syslog", 515: "printer", 520: "router", 521: "ripng", 546: "dhcpv6-client",
    547: "dhcpv6-server", 548: "afpovertcp", 554: "rtsp", 563: "nntps", 587: "submission", 623: "asf-rmcp", 631: "ipp",
    636: "ldaps", 646: "ldp", 853: "domain-s", 860: "iscsi", 873: "rsync", 989: "ftps-data", 990: "ftps",
    992: "telnets", 993: "imaps", 995: "pop3s", 1080: "socks", 1194: "openvpn", 1433: "ms-sql-s", 1434: "ms-sql-m",
    1521: "ncube-lm", 1701: "l2tp", 1719: "h323gatestat", 1720: "h323hostcall", 1723: "pptp", 1812: "radius",
    1813: "radius-acct", 1883: "mqtt", 1900: "ssdp", 2049: "nfs", 2123: "gtp-control", 2152: "gtp-user",
    2181: "eforward", 2375: "docker", 2376: "docker-s", 3128: "ndl-aas", 3205: "isns", 3260: "iscsi-target",
    3268: "msft-gc", 3269: "msft-gc-ssl", 3306: "mysql", 3389: "ms-wbt-server", 3478: "stun", 3784: "bfd-control",
    3868: "diameter", 4500: "ipsec-nat-t", 4739: "ipfix", 4789: "vxlan", 5004: "avt-profile-1", 5060: "sip",
    5061: "sips", 5222: "xmpp-client", 5269: "xmpp-server", 5349: "stuns", 5353: "mdns", 5355: "llmnr",
    5432: "postgresql",
    5671: "amqps", 5672: "amqp", 5683: "coap", 5900: "rfb", 5985: "wsman", 5986: "wsmans", 6081: "geneve",
    6343: "sflow",
    6379: "redis", 6514: "syslog-tls", 6653: "openflow", 8080: "http-alt", 8443: "pcsync-https", 8883: "secure-mqtt",
    9100: "pdl-datastream", 9418: "git", 11211: "memcache", 27017: "mongodb", 51820: "wireguard",
  ]

  /// The ports with a name, ascending.
  public static var ports: [UInt16] { names.keys.sorted() }

  /// Returns the name, such as `https`, or the number if it has none.
  public static func name(_ port: UInt16) -> String { names[port] ?? String(port) }
}
