import CPageAssets

/// The files of the web page, embedded in the program, by URL path.
public enum PageAssets {
  public struct Asset: Sendable {
    /// Value of the Content-Type header.
    public let contentType: String
    public let octets: [UInt8]
    /// Changes with the content; includes the quotation marks.
    public let etag: String

    init(path: String, octets: [UInt8]) {
      contentType = Self.contentType(of: path)
      self.octets = octets
      // FNV-1a suffices: an attacker who can change the files does not need a collision.
      let hash = octets.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
      etag = "\"\(octets.count)-\(String(hash, radix: 16))\""
    }

    private static func contentType(of path: String) -> String {
      switch path.split(separator: ".").last {
      case "html": "text/html; charset=utf-8"
      case "css": "text/css; charset=utf-8"
      case "js": "text/javascript; charset=utf-8"
      case "svg": "image/svg+xml"
      default: "application/octet-stream"
      }
    }
  }

  /// Returns the file at a URL path, `/` or `/assets/…`; nil if there is none.
  ///
  /// If the program was built without the chart library, its files are empty, so that browsers report no error.
  public static func asset(_ path: String) -> Asset? { all[path] }

  /// Paths of all files.
  public static var paths: [String] { all.keys.sorted() }

  /// Whether the chart library is embedded.
  public static var hasCharts: Bool { all["/assets/vendor/uPlot.iife.min.js"]?.octets.isEmpty == false }

  private static let all: [String: Asset] = {
    var assets: [String: Asset] = [:]
    for index in 0..<page_asset_count() {
      let name = String(decoding: path(of: index), as: UTF8.self)
      let octets = (0..<page_asset_size(index)).map { page_asset_octet(index, $0) }
      assets[name == "index.html" ? "/" : "/assets/\(name)"] = Asset(path: name, octets: octets)
    }
    return assets
  }()

  private static func path(of asset: Int) -> [UInt8] {
    var octets: [UInt8] = []
    while case let octet = page_asset_path_octet(asset, octets.count), octet != 0 { octets.append(octet) }
    return octets
  }
}
