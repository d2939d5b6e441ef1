import FlowModel
import Testing

@Suite("Names that other programs have for columns")
struct FieldNamesTests {
  @Test("each column has one decision in each set: a name, or that rows leave it out")
  func decisions() {
    #expect(FieldNames.decided == FlowColumn.allCases)
    #expect(FieldNames.sagflow.fields().map(\.name) == FlowColumn.allCases.map(\.name))
  }

  @Test("no name stands for two columns, and none needs an escape", arguments: FieldNames.allCases)
  func names(names: FieldNames) {
    let fields = names.fields().map(\.name)
    #expect(Set(fields).count == fields.count)
    for field in fields {
      #expect(field.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-@".contains($0)) }, "\(field)")
    }
  }

  @Test("the gateway's flow log has its thirteen fields that are of the flow")
  func flowLog() {
    #expect(
      Set(FieldNames.sls.fields().map(\.name)) == [
        "start", "end", "protocol", "srcaddr", "srcport", "dstaddr", "dstport", "packets", "bytes", "tcp-flags", "tos",
        "inport", "outport",
      ])
  }

  @Test("what is in one object is in one piece, and no member is an object as well")
  func nests() {
    let names = FieldNames.ecs.fields().map(\.name)
    #expect(names.contains("@timestamp"))
    let objects = names.map { $0.split(separator: ".").dropLast() }
    for depth in 1...3 {
      let open = objects.filter { $0.count >= depth }.map { $0.prefix(depth).joined(separator: ".") }
      var pieces: [String] = []
      for object in objects.map({ $0.prefix(depth).joined(separator: ".") }) where pieces.last != object {
        pieces.append(object)
      }
      for object in Set(open) {
        #expect(pieces.filter { $0 == object }.count == 1, "\(object)")
        #expect(!names.contains(object))
      }
    }
  }
}
