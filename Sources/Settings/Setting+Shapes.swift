import FlowAggregation
import FlowFilter

extension Setting {
  static func value<Value>(
    _ key: String, _ place: SettingPlace<Value>, _ form: ValueForm<Value>, _ comment: String
  ) -> Setting {
    Setting(
      key: key, shape: .value, change: place.change, comment: comment, expected: form.expected,
      fault: { elements in
        guard let first = elements.first, elements.count == 1, form.parse(first) != nil else {
          return Fault(element: 0, expected: form.expected)
        }
        return nil
      },
      apply: { elements, _, configuration in
        if let value = elements.first.flatMap(form.parse) { place.set(&configuration, value) }
        return nil
      },
      elements: { [form.text(place.get($0))] })
  }

  /// A list without duplicates, and with at least one element unless it may be empty.
  static func list<Value: Hashable>(
    _ key: String, _ place: SettingPlace<[Value]>, _ form: ValueForm<Value>, mayBeEmpty: Bool = false,
    _ comment: String
  ) -> Setting {
    Setting(
      key: key, shape: .list, change: place.change, comment: comment, expected: form.expected,
      fault: { listFault($0, form, mayBeEmpty: mayBeEmpty) },
      apply: { elements, _, configuration in
        place.set(&configuration, elements.compactMap(form.parse))
        return nil
      },
      elements: { place.get($0).map(form.text) })
  }

  private static func listFault<Value: Hashable>(
    _ elements: [String], _ form: ValueForm<Value>, mayBeEmpty: Bool
  ) -> Fault? {
    if elements.isEmpty, !mayBeEmpty { return Fault(element: nil, expected: "at least one: \(form.expected)") }
    var seen: Set<Value> = []
    for (index, element) in elements.enumerated() {
      guard let value = form.parse(element) else { return Fault(element: index, expected: form.expected) }
      if !seen.insert(value).inserted { return Fault(element: index, expected: "no duplicates") }
    }
    return nil
  }

  /// A map, which may be empty; `expected` describes a pair, as for `ValueForm`.
  static func map<Name: Hashable & LosslessStringConvertible & Comparable & Sendable, Value>(
    _ key: String, _ place: SettingPlace<[Name: Value]>, _ form: ValueForm<Value>, names: String, _ comment: String
  ) -> Setting {
    let expected = "\(names) and \(form.expected)"
    let parse: @Sendable (String) -> (Name, Value)? = { element in
      guard let pair = pair(element), let name = Name(pair.name), let value = form.parse(pair.value) else { return nil }
      return (name, value)
    }
    return Setting(
      key: key, shape: .map, change: place.change, comment: comment, expected: expected,
      fault: { elements in
        var seen: Set<Name> = []
        for (index, element) in elements.enumerated() {
          guard let pair = parse(element) else { return Fault(element: index, expected: expected) }
          if !seen.insert(pair.0).inserted { return Fault(element: index, expected: "no duplicates") }
        }
        return nil
      },
      apply: { elements, _, configuration in
        place.set(&configuration, Dictionary(elements.compactMap(parse)) { $1 })
        return nil
      },
      elements: { configuration in
        place.get(configuration).sorted { $0.key < $1.key }.map { "\($0.key)=\(form.text($0.value))" }
      })
  }

  /// A filter. It is parsed once the winning source is known, because it may include files.
  static func filter(_ key: String, _ place: SettingPlace<FilterSetting>, _ comment: String) -> Setting {
    let form = ValueForm<String>.filter
    return Setting(
      key: key, shape: .value, change: place.change, comment: comment, expected: form.expected,
      fault: { elements in
        let isText = elements.count == 1 && elements.allSatisfy { form.parse($0) != nil }
        return isText ? nil : Fault(element: 0, expected: form.expected)
      },
      apply: { elements, directory, configuration in
        do throws(FilterError) {
          place.set(&configuration, try FilterSetting(elements.joined(), directory: directory))
          return nil
        } catch {
          return "\(error)"
        }
      },
      elements: { [form.text(place.get($0).text)] })
  }

  /// An elements file. It is read once the winning source is known.
  static func elementsFile(_ key: String, _ place: SettingPlace<ElementsFile>, _ comment: String) -> Setting {
    let form = ValueForm<String>.optional("the path of a file")
    var setting = Setting(
      key: key, shape: .value, change: place.change, comment: comment, expected: form.expected,
      fault: { elements in
        elements.count == 1 && form.parse(elements[0]) != nil ? nil : Fault(element: 0, expected: form.expected)
      },
      apply: { elements, directory, configuration in
        do throws(ElementsFileError) {
          place.set(&configuration, try ElementsFile(elements.joined(), directory: directory))
          return nil
        } catch {
          return "\(error)"
        }
      },
      elements: { configuration in
        let path = place.get(configuration).path
        return [path.isEmpty ? "\"\"" : path]
      })
    setting.hasSameContent = { place.get($0) == place.get($1) }
    return setting
  }

  /// A flow key: a list of columns.
  static func flowKey(_ key: String, _ place: SettingPlace<FlowKey>, _ comment: String) -> Setting {
    let form = ValueForm<String>.column
    return Setting(
      key: key, shape: .list, change: place.change, comment: comment, expected: form.expected,
      fault: { listFault($0, form, mayBeEmpty: false) ?? keyFault($0) },
      apply: { elements, _, configuration in
        do throws(FlowKeyError) {
          place.set(&configuration, try FlowKey(parsing: elements))
          return nil
        } catch {
          return "\(error)"
        }
      },
      elements: { place.get($0).words })
  }

  /// Returns the first word that is invalid after the previous ones.
  private static func keyFault(_ words: [String]) -> Fault? {
    for index in words.indices {
      do throws(FlowKeyError) {
        _ = try FlowKey(parsing: Array(words[...index]))
      } catch {
        let expected =
          switch error {
          case .unknownField(_, let nearest): "the name of a key column such as \(nearest.joined(separator: ", "))"
          case .duplicateField: "no duplicate columns"
          case .badPrefix, .prefixNotAllowed, .noFields:
            "a column, for addresses with a prefix length as in src_addr/24 or src_addr/24/48"
          }
        return Fault(element: index, expected: expected)
      }
    }
    return nil
  }
}
