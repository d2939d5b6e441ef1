import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TestSupport

import ObjectStorage

/// An object store on loopback, with either interface and fault injection. It verifies signatures with the code that is
/// tested against the vendors' signatures, checks lengths and checksums, and honours conditions.
final class ObjectStoreStub: Sendable {
  static let accessKeyID = "STUBKEY"
  static let accessKeySecret = "STUB-VERYSECRET"
  static let bucket = "lake"

  /// The operation of a request.
  enum Operation: Hashable, Sendable {
    case put, part(Int), begin, complete, abort, list, head, delete, bucket, other
  }

  /// An injected fault.
  enum Fault: Sendable {
    /// Closes the connection after the head.
    case cutBeforeBody
    /// Performs the operation, then closes the connection without a response.
    case cutAfterBody
    /// Responds with an error and does nothing.
    case error(Int, String)
    /// Never responds.
    case silence
    /// Performs the operation, but reports a wrong checksum.
    case wrongChecksum
    /// Stores this object before serving the request.
    case rival([UInt8])
    /// An error inside a response with status 200.
    case lateError(String)
  }

  struct Object: Sendable {
    var octets: [UInt8]
    /// Metadata headers.
    var headers: [String: String] = [:]
  }

  struct Upload: Sendable {
    var key: String
    var headers: [String: String]
    var parts: [Int: [UInt8]] = [:]
  }

  struct State: Sendable {
    var objects: [String: Object] = [:]
    var uploads: [String: Upload] = [:]
    var faults: [(operation: Operation, fault: Fault, left: Int)] = []
    var operations: [Operation] = []
    /// Paths and queries as received.
    var addresses: [String] = []
    var next = 1
    /// The response to conditional requests; nil if conditions are supported.
    var conditionError: (Int, String)?
    /// Whether conditions are ignored.
    var ignoresConditions = false
    /// Whether object metadata is dropped.
    var dropsMetadata = false
    /// Whether ETags of multipart objects differ from MD5.
    var hasOwnTags = false
    /// Whether the credentials lack read permission.
    var isWriteOnly = false
    var clockOffset: TimeInterval = 0
    /// Number of requests with a body being received: current and maximum.
    var atOnce = (now: 0, most: 0)
  }

  let service: ObjectStorageOptions.Service
  let state = Mutex(State())
  private let boundPort = Mutex(0)

  private init(_ service: ObjectStorageOptions.Service) { self.service = service }

  /// Runs a store for the duration of `body`.
  static func run<Result: Sendable>(
    _ service: ObjectStorageOptions.Service = .s3, _ body: (ObjectStoreStub) async throws -> Result
  ) async throws -> Result {
    let stub = ObjectStoreStub(service)
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: false)
          try channel.pipeline.syncOperations.addHandler(ObjectStoreHandler(stub))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    stub.boundPort.withLock { $0 = channel.localAddress?.port ?? 0 }
    do {
      let result = try await body(stub)
      try await channel.close()
      return result
    } catch {
      try? await channel.close()
      throw error
    }
  }

  var endpoint: String { "http://127.0.0.1:\(boundPort.withLock { $0 })" }

  /// Makes the next requests of an operation fail.
  func inject(_ fault: Fault, into operation: Operation, times: Int = 1) {
    state.withLock { $0.faults.append((operation, fault, times)) }
  }

  func object(_ key: String) -> Object? { state.withLock { $0.objects[key] } }
  var operations: [Operation] { state.withLock { $0.operations } }
  func count(_ operation: Operation) -> Int { operations.filter { $0 == operation }.count }

  func takeFault(of operation: Operation) -> Fault? {
    state.withLock { state in
      guard let index = state.faults.firstIndex(where: { $0.operation == operation && $0.left > 0 }) else { return nil }
      state.faults[index].left -= 1
      return state.faults[index].fault
    }
  }
}

private final class ObjectStoreHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let stub: ObjectStoreStub
  private var request: StubRequest?
  private var fault: ObjectStoreStub.Fault?

  init(_ stub: ObjectStoreStub) { self.stub = stub }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      let request = StubRequest(head)
      self.request = request
      stub.state.withLock { state in
        state.operations.append(request.operation)
        state.addresses.append(head.uri)
        state.atOnce.now += 1
        state.atOnce.most = max(state.atOnce.most, state.atOnce.now)
      }
      fault = stub.takeFault(of: request.operation)
      if case .cutBeforeBody = fault { context.close(promise: nil) }
    case .body(let buffer): request?.body += Array(buffer.readableBytesView)
    case .end:
      stub.state.withLock { $0.atOnce.now -= 1 }
      guard let request else { return }
      self.request = nil
      switch fault {
      case .cutBeforeBody, .silence: return
      case .cutAfterBody:
        _ = stub.answer(request, fault)
        context.close(promise: nil)
      default: write(stub.answer(request, fault), to: request, context)
      }
    }
  }

  private func write(_ answer: StubAnswer, to request: StubRequest, _ context: ChannelHandlerContext) {
    var headers = HTTPHeaders(answer.headers.map { ($0.key, $0.value) })
    if headers["content-length"].isEmpty { headers.add(name: "content-length", value: "\(answer.body.utf8.count)") }
    let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: answer.status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if request.head.method != .HEAD, !answer.body.isEmpty {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
