import Foundation
import Page
import Testing

@Suite("The page's files in the program")
struct PageAssetTests {
  @Test("Every file of the page is in the program, as it is")
  func embedded() throws {
    #expect(SourceFiles.own.count > 20)
    for name in SourceFiles.own {
      let asset = try #require(PageAssets.asset(name == "index.html" ? "/" : "/assets/\(name)"), "\(name)")
      #expect(asset.octets == Array(try SourceFiles.text(name).utf8), "\(name)")
    }
    let paths = SourceFiles.own.map { $0 == "index.html" ? "/" : "/assets/\($0)" }
    #expect(Set(PageAssets.paths) == Set(paths + ["/assets/vendor/uPlot.iife.min.js", "/assets/vendor/uPlot.min.css"]))
  }

  @Test("The charts' library is there, or its files are empty and of their type")
  func library() throws {
    let script = try #require(PageAssets.asset("/assets/vendor/uPlot.iife.min.js"))
    let style = try #require(PageAssets.asset("/assets/vendor/uPlot.min.css"))
    #expect(script.octets.isEmpty == style.octets.isEmpty)
    #expect(PageAssets.hasCharts == !script.octets.isEmpty)
    #expect(script.contentType == "text/javascript; charset=utf-8")
    #expect(style.contentType == "text/css; charset=utf-8")
    if PageAssets.hasCharts { #expect(String(decoding: script.octets, as: UTF8.self).contains("uPlot (v1.6")) }
  }

  @Test(
    "Content types are those that browsers take under nosniff",
    arguments: [
      ("/", "text/html; charset=utf-8"), ("/assets/main.js", "text/javascript; charset=utf-8"),
      ("/assets/page.css", "text/css; charset=utf-8"), ("/assets/icon.svg", "image/svg+xml"),
    ])
  func contentType(path: String, type: String) throws {
    #expect(try #require(PageAssets.asset(path)).contentType == type)
  }

  @Test("Tags are quoted and differ wherever octets do")
  func tags() {
    var byTag: [String: [UInt8]] = [:]
    for path in PageAssets.paths {
      guard let asset = PageAssets.asset(path) else { continue }
      #expect(asset.etag.wholeMatch(of: /"[0-9a-f-]+"/) != nil, "\(path)")
      #expect(byTag[asset.etag, default: asset.octets] == asset.octets, "\(path)")
      byTag[asset.etag] = asset.octets
    }
  }

  @Test(
    "Other paths lead to nothing",
    arguments: [
      "", "/index.html", "/assets", "/assets/", "/assets/package.json", "/assets/../Package.swift", "/assets/vendor/",
      "assets/main.js",
      "/ASSETS/main.js", "/assets/main.js/", "/assets/main.js?x",
    ])
  func unknown(path: String) {
    #expect(PageAssets.asset(path) == nil)
  }
}
