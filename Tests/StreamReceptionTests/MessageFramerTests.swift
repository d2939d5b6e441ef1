import NIOCore
import StreamReception
import TestSupport
import Testing

@Suite("Messages of a connection", .tags(.network))
struct MessageFramerTests {
}
