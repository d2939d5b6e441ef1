/// An open file with several owners; the last one closes it.
public final class SharedFile: Sendable {
  package let file: OpenFile

  package init(_ file: consuming OpenFile) { self.file = file }
}
