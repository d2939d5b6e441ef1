import FlowModel
import Labels
import TestSupport

/// A label file in its own folder, and the texts read from it.
struct LabelSample {
  let folder: TemporaryFolder
  var texts = TextCollector()

  init() throws { folder = try TemporaryFolder() }

  /// Returns the labels of a file, or the error.
  mutating func prefixes(_ text: String, limits: LabelLimits = LabelLimits()) throws -> Result<PrefixLabels, LabelError>
  {
    let path = try folder.write(text, as: "file.csv")
    return result { () throws(LabelError) in try PrefixLabels(contentsOf: path, texts: &texts, limits: limits) }
  }

  func text(_ number: UInt32) -> String? { texts.table[number] }
}

func result<Value, Failure>(_ make: () throws(Failure) -> Value) -> Result<Value, Failure> {
  do throws(Failure) { return .success(try make()) } catch { return .failure(error) }
}

extension Result where Failure == LabelError {
  /// The invalid lines, each with its problem.
  var problems: [String] {
    guard case .failure(let error) = self, case .lines(let problems, _) = error.reason else { return [] }
    return problems.map(\.description)
  }
}
