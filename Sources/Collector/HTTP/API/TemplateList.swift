import FlowText
import NetFlow
import NetworkBytes

/// The templates of all sessions as published by workers: `/api/v1/templates`.
enum TemplateList {
  /// Bound the size of a response.
  static let (maximumSessions, maximumFields) = (10_000, 100_000)

  /// - Parameter definitions: returns the templates of sessions, by id.
  static func json(
    _ sessions: [SessionSummary], _ definitions: ([SessionKey]) -> [SessionKey: [UInt16: TemplateDefinition]]
  ) -> [UInt8] {
    let sessions = sessions.sorted { $0.key < $1.key }
    let definitions = definitions(sessions.prefix(maximumSessions).map(\.key))
    var fieldCount = 0
    var (json, object) = ([UInt8](), JSONObject())
    object.appendName("templates", to: &json)
    let templates = sessions.prefix(maximumSessions).flatMap { session in
      session.templates.map { (session: session, id: $0) }
    }
    JSONText.appendArray(templates, to: &json) { template, json in
      var inner = JSONObject()
      append(template.session, &inner, to: &json)
      inner.append("id", UInt64(template.id), to: &json)
      let definition = definitions[template.session.key]?[template.id]
      inner.append("kind", definition?.kind.rawValue, to: &json)
      fieldCount += definition?.fields.count ?? 0
      append(fieldCount > maximumFields ? nil : definition?.fields, &inner, to: &json)
      inner.end(to: &json)
    }
    object.appendName("sessions", to: &json)
    JSONText.appendArray(Array(sessions.prefix(maximumSessions)), to: &json) { session, json in
      var inner = JSONObject()
      append(session, &inner, to: &json)
      inner.append("templateCount", UInt64(session.templateCount), to: &json)
      inner.append("unknownTemplateSets", session.counters.unknownTemplateSets, to: &json)
      inner.end(to: &json)
    }
    object.append("sessionCount", UInt64(sessions.count), to: &json)
    object.end(to: &json)
    json.append(UInt8(ascii: "\n"))
    return json
  }

  private static func append(_ fields: [FieldSpecifier]?, _ object: inout JSONObject, to json: inout [UInt8]) {
    object.appendName("fields", to: &json)
    guard let fields else { return JSONText.appendNull(to: &json) }
    JSONText.appendArray(fields, to: &json) { field, json in
      var inner = JSONObject()
      inner.append("name", FieldName(field).description, to: &json)
      inner.appendName("length", to: &json)
      if field.isVariable { JSONText.appendNull(to: &json) } else { JSONText.append(UInt64(field.length), to: &json) }
      inner.end(to: &json)
    }
  }

  private static func append(_ session: SessionSummary, _ object: inout JSONObject, to json: inout [UInt8]) {
    object.append("exporter", session.key.exporter.address.description, to: &json)
    object.append("port", UInt64(session.key.exporter.port), to: &json)
    object.append("domain", UInt64(session.key.domain), to: &json)
    object.append("version", UInt64(session.key.version), to: &json)
    object.appendName("lastSeen", to: &json)
    JSONText.append(session.lastSeen / 1_000_000, to: &json)
  }
}
