import Foundation
import Page
import Testing

/// Checks that the page works under a strict Content-Security-Policy, and that texts from the network cannot become
/// markup.
@Suite("The page under a strict policy")
struct PagePolicyTests {
  private static let scripts = SourceFiles.own.filter { $0.hasSuffix(".js") }

  @Test("All that index.html refers to is in the program")
  func references() throws {
    let page = try SourceFiles.text("index.html")
    let references = page.matches(of: /(?:src|href)="([^"#]+)"/).map { String($0.1) }
    #expect(references.count >= 6)
    for reference in references { #expect(PageAssets.asset("/\(reference)") != nil, "\(reference)") }
  }

  @Test("All modules that scripts import are in the program")
  func imports() throws {
    var count = 0
    for script in Self.scripts {
      for match in try SourceFiles.text(script).matches(of: /(?m)from '([^']+)'/) {
        let name = String(match.1)
        #expect(name.hasPrefix("./"), "\(script) imports \(name)")
        #expect(PageAssets.asset("/assets/\(name.dropFirst(2))") != nil, "\(script) imports \(name)")
        count += 1
      }
    }
    #expect(count > 40)
  }

  @Test("Scripts make no markup, no code and no style attributes of texts")
  func scripts() throws {
    let forbidden = [
      "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "createContextualFragment",
      "srcdoc",
      "eval(", "new Function", "import(", "setAttribute('style'", "cssText", "javascript:", "setHTML",
    ]
    for script in Self.scripts {
      let text = try SourceFiles.text(script)
      for word in forbidden { #expect(!text.contains(word), "\(script) has \(word)") }
      #expect(text.firstMatch(of: /set(?:Timeout|Interval)\(\s*['"`]/) == nil, "\(script) makes code of a text")
      #expect(text.firstMatch(of: /\bstyle:\s/) == nil, "\(script) sets a style attribute")
    }
  }

  @Test("The document has no inline script, style or handler")
  func document() throws {
    let page = try SourceFiles.text("index.html")
    #expect(page.firstMatch(of: /<script(?![^>]*\bsrc=)/) == nil)
    #expect(page.firstMatch(of: /<style|\sstyle=|\son\w+=/) == nil)
    #expect(page.firstMatch(of: /\baction=|<base|<iframe|<object|<embed/) == nil)
  }

  @Test("Nothing comes from elsewhere")
  func origins() throws {
    for name in SourceFiles.own {
      // The SVG namespace is a name, not a URL to load.
      let text = try SourceFiles.text(name).replacing("http://www.w3.org/2000/svg", with: "")
      #expect(text.firstMatch(of: /https?:|["'(]\/\/|@import|url\(/) == nil, "\(name)")
    }
  }

  @Test("Every element that scripts look up by its id is in the document, once")
  func identifiers() throws {
    let ids = try SourceFiles.text("index.html").matches(of: /\sid="([^"]+)"/).map { String($0.1) }
    #expect(Set(ids).count == ids.count)
    for script in Self.scripts {
      for match in try SourceFiles.text(script).matches(of: /byId\('([^']+)'\)/) {
        #expect(ids.contains(String(match.1)), "\(script) looks for \(match.1)")
      }
    }
  }

  @Test("What describes something, labels it or is controlled is in the document")
  func accessibility() throws {
    let page = try SourceFiles.text("index.html")
    let ids = Set(page.matches(of: /\sid="([^"]+)"/).map { String($0.1) })
    for match in page.matches(of: /(?:for|aria-labelledby|aria-describedby|aria-controls)="([^"]+)"/) {
      #expect(ids.contains(String(match.1)), "\(match.0)")
    }
    for match in page.matches(of: /<(input|select)\b[^>]*>/) {
      let tag = String(match.0)
      let id = tag.firstMatch(of: /id="([^"]+)"/).map { String($0.1) } ?? ""
      let isLabelled =
        tag.contains("aria-label=") || page.contains("for=\"\(id)\"") || Self.isWithinLabel(match.range, page)
      #expect(isLabelled, "\(tag) has no label")
    }
  }

  private static func isWithinLabel(_ range: Range<String.Index>, _ page: String) -> Bool {
    let before = page[..<range.lowerBound]
    guard let start = before.range(of: "<label", options: .backwards) else { return false }
    return !before[start.upperBound...].contains("</label")
  }
}
