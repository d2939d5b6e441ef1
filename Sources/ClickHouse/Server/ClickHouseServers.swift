import AsyncHTTPClient
import FlowModel
import Foundation
import NIOCore
import NIOHTTP1
package import Shipping
import Synchronization

/// Servers of which any may be asked: the one that answered last, and after a failure the next.
///
/// Those of one output are one server or the replicas of one shard. What a token says was inserted is known to these only.
package final class ClickHouseServers: Sendable {
  private let urls: [String]
  private let account: ServerAccount
  private let timeout: Duration
  /// The one that answered last.
  private let preferred = Mutex(0)
  /// By the address of each server that took the last insert: which of the settings that not all versions have are known to it.
  private let settings = Mutex<[String: Set<String>]>([:])

  package init(_ options: ClickHouseOptions, environment: [String: String]) {
    urls = options.urls
    account = ServerAccount(user: options.user, passwordFile: options.passwordFile, environment: environment)
    timeout = .seconds(options.timeout)
  }

  /// How long a question may take, and the check of why a file was not taken.
  private static let questionTime = Duration.seconds(30)
  /// Of an answer, octets: what is longer is no answer of a server to us.
  private static let longestAnswer = 8 << 20
  /// Of an error, octets.
  private static let longestError = 16 << 10

  /// The file's octets as the body.
  ///
  /// - Throws: `CancellationError`, else `ShippingFailure`.
  package func send(_ file: CommittedFile, _ request: ServerRequest) async throws {
    let body = HTTPClientRequest.Body.stream(
      FileBody(file.path, 0..<file.octets), length: .known(Int64(clamping: file.octets)))
    try await onAny { url in
      do {
        try await self.insert(request, body, at: url, within: self.timeout)
      } catch let broken as BrokenConnection {
        // A server that refuses who asks may close the connection while it is written to, and the refusal is lost.
        do { _ = try await self.ask("SELECT version()", at: url) } catch let refusal as ShippingFailure {
          throw refusal.remedy == .wait ? refusal : broken.failure
        }
        throw broken.failure
      }
    }
  }

  /// Asks for an insert without rows.
  ///
  /// - Throws: as `send`.
  package func tryInsert(_ request: ServerRequest) async throws {
    try await onAny { url in try await self.insert(request, nil, at: url, within: Self.questionTime) }
  }

  private func insert(
    _ request: ServerRequest, _ body: HTTPClientRequest.Body?, at url: String, within time: Duration
  ) async throws {
    let request = request.adding(try await knownSettings(at: url))
    do {
      _ = try await exchange(request, body, at: url, within: time)
    } catch {
      // It may have been replaced by another version.
      settings.withLock { $0[url] = nil }
      throw error
    }
  }

  private func knownSettings(at url: String) async throws -> Set<String> {
    if let known = settings.withLock({ $0[url] }) { return known }
    do {
      let table = try await ask(ServerRequest.optionalSettingsQuestion, at: url)
      let known = Set(table.rows.compactMap(\.first))
      settings.withLock { $0[url] = known }
      return known
    } catch let failure as ShippingFailure where failure.remedy == .wait {
      // Who may insert alone gets an answer to the insert.
      return []
    }
  }

  /// The answer to a question.
  ///
  /// - Throws: as `send`.
  package func ask(_ query: String) async throws -> ServerTable {
    try await onAny { try await self.ask(query, at: $0) }
  }

  private func ask(_ query: String, at url: String) async throws -> ServerTable {
    let body = try await exchange(.query, .bytes(Array(query.utf8)), at: url, within: Self.questionTime)
    guard let table = ServerTable(body) else {
      throw ShippingFailure(.wait, "\(Self.place(url)): not an answer of ClickHouse; check the URL")
    }
    return table
  }

  /// Asks one after the other until one answers. What is wrong with the file itself, no other would take either.
  private func onAny<Answer>(_ ask: (_ url: String) async throws -> Answer) async throws -> Answer {
    let first = preferred.withLock { $0 }
    var failures: [ShippingFailure] = []
    for offset in urls.indices {
      let number = (first + offset) % urls.count
      do {
        let answer = try await ask(urls[number])
        preferred.withLock { $0 = number }
        return answer
      } catch let broken as BrokenConnection {
        failures.append(broken.failure)
      } catch let failure as ShippingFailure where failure.remedy != .setAside {
        failures.append(failure)
      }
    }
    // The next time begins with another one.
    preferred.withLock { if $0 == first, !urls.isEmpty { $0 = (first + 1) % urls.count } }
    guard !failures.isEmpty else { throw ShippingFailure(.wait, "no URL of a ClickHouse server; set urls") }
    let remedy: ShippingFailure.Remedy = failures.contains { $0.remedy == .retry } ? .retry : .wait
    throw ShippingFailure(
      remedy, failures.map(\.reason).joined(separator: "; "),
      // Whichever was asked first.
      kind: failures.map(\.kind).sorted().joined(separator: "; "))
  }

  // MARK: One request to one server

  private func exchange(
    _ request: ServerRequest, _ body: HTTPClientRequest.Body?, at url: String, within time: Duration
  ) async throws -> ByteBuffer {
    let place = Self.place(url)
    var outgoing = HTTPClientRequest(url: request.url(at: url))
    outgoing.method = .POST
    outgoing.headers = try account.headers()
    outgoing.headers.add(name: "Content-Type", value: request.contentType)
    outgoing.body = body
    let deadline = NIODeadline.now() + TimeAmount(time)
    do {
      let answer = try await ShippingClient.shared.execute(outgoing, deadline: deadline)
      return try await Self.read(answer, until: deadline, at: place)
    } catch {
      try Task.checkCancellation()
      throw ConnectionProblem.error(error, at: place)
    }
  }

  private static func read(
    _ answer: HTTPClientResponse, until deadline: NIODeadline, at place: String
  ) async throws -> ByteBuffer {
    let header = answer.headers.first(name: "X-ClickHouse-Exception-Code")
    let isSuccess = answer.status.code / 100 == 2 && header == nil
    let body = try await collect(answer.body, isSuccess ? longestAnswer : longestError, until: deadline)
    let text = String(decoding: body.readableBytesView.prefix(longestError), as: UTF8.self)
    // Some answer 200 to anything; and a status that went out before an error did is none.
    let isError = !isSuccess || text.hasPrefix("Code: ") || text.contains("__exception__")
    if isError {
      throw ServerRefusal(httpStatus: Int(answer.status.code), codeHeader: header, body: text).failure(at: place)
    }
    guard answer.headers.contains(where: { $0.name.lowercased().hasPrefix("x-clickhouse-") }) else {
      throw ShippingFailure(.wait, "\(place): not a ClickHouse server; check the URL")
    }
    return body
  }

  /// What comes of a body until it ends, has so many octets, or its time is over.
  private static func collect(
    _ body: HTTPClientResponse.Body, _ longest: Int, until deadline: NIODeadline
  ) async throws -> ByteBuffer {
    try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
      group.addTask {
        var all = ByteBuffer()
        for try await piece in body {
          all.writeImmutableBuffer(piece)
          if all.readableBytes >= longest { break }
        }
        return all
      }
      group.addTask {
        try await Task.sleep(for: .nanoseconds(max(0, (deadline - .now()).nanoseconds)))
        throw HTTPClientError.deadlineExceeded
      }
      defer { group.cancelAll() }
      return try await group.next() ?? ByteBuffer()
    }
  }

  /// Scheme, host and port, without what may be secret.
  package static func place(_ url: String) -> String {
    let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count > 2 else { return url }
    let host = parts[2].prefix { $0 != "?" && $0 != "#" }
    return "\(parts[0])//\(host.split(separator: "@").last ?? host)"
  }
}
