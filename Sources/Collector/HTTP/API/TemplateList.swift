import FlowText
import NetFlow
import NetworkBytes

/// The templates of all sessions, as far as workers publish them: `/api/v1/templates`.
enum TemplateList {
  /// Bounds on an answer's size.
  static let maximumSessions = 10_000

  static func json(_ sessions: [SessionSummary]) -> [UInt8] {
    let sessions = sessions.sorted { $0.key < $1.key }
    var (json, object) = ([UInt8](), JSONObject())
    object.appendName("templates", to: &json)
    let templates = sessions.prefix(maximumSessions).flatMap { session in
      session.templates.map { (session: session, id: $0) }
    }
    JSONText.appendArray(templates, to: &json) { template, json in
      var inner = JSONObject()
      append(template.session, &inner, to: &json)
      inner.append("id", UInt64(template.id), to: &json)
      // Workers do not publish them.
      inner.append("fields", nil as String?, to: &json)
      inner.end(to: &json)
    }
    object.appendName("sessions", to: &json)
    JSONText.appendArray(Array(sessions.prefix(maximumSessions)), to: &json) { session, json in
      var inner = JSONObject()
      append(session, &inner, to: &json)
      inner.append("templateCount", UInt64(session.templateCount), to: &json)
      inner.append("unknownTemplateSets", session.counters[.unknownTemplate], to: &json)
      inner.end(to: &json)
    }
    object.append("sessionCount", UInt64(sessions.count), to: &json)
    object.end(to: &json)
    json.append(UInt8(ascii: "\n"))
    return json
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
