import AsyncHTTPClient
package import CloudAPI
import Files
import Foundation
import NIOCore
import NIOHTTP1
import Shipping

/// Sends requests to one bucket, without retries.
package struct ObjectClient: Sendable {
  package let location: ObjectLocation
  package let credentials: RenewedCredentials
  /// Of one request as a whole.
  package let timeout: Duration

  /// Maximum octets of a response.
  private static let maximumBody = 8 << 20

  /// Returns the response to a successful request.
  ///
  /// - Throws: `ObjectRefusal` for an error response, `ShippingFailure` without a response, `CancellationError`.
  @discardableResult
  package func call(_ request: ObjectRequest) async throws -> ObjectAnswer {
    let answer = try await send(request)
    guard let refusal = ObjectRefusal(answer) else { return answer }
    // The response to HEAD has no body that could name the error.
    let isSilent = request.method == "HEAD" && refusal.status == 400
    if refusal.concernsCredentials || isSilent { await credentials.discard() }
    throw refusal
  }

  private func send(_ request: ObjectRequest) async throws -> ObjectAnswer {
    let signer: Credentials
    do throws(CredentialError) {
      signer = try await credentials.current()
    } catch {
      throw ShippingFailure(.wait, "\(error)")
    }
    let timeout = timeout
    let (url, headers) = request.signed(for: location, with: signer, at: Date())
    do {
      return try await withThrowingTaskGroup(of: ObjectAnswer?.self) { group in
        group.addTask { try await Self.exchange(request, url, headers, within: timeout) }
        group.addTask {
          try await Task.sleep(for: timeout)
          return nil
        }
        defer { group.cancelAll() }
        guard let answer = try await group.next() ?? nil else {
          throw ShippingFailure(.retry, "\(location.base): no answer within \(timeout)")
        }
        return answer
      }
    } catch let error as FileError {
      throw ShippingFailure(reading: error)
    } catch let error as ShippingFailure {
      throw error
    } catch {
      try Task.checkCancellation()
      let failure = WebFailure(error, at: location.base, connecting: 10)
      throw ShippingFailure(failure.isTransient ? .retry : .wait, failure.description)
    }
  }

  private static func exchange(
    _ request: ObjectRequest, _ url: String, _ headers: [String: String], within timeout: Duration
  ) async throws -> ObjectAnswer {
    var outgoing = HTTPClientRequest(url: url)
    outgoing.method = HTTPMethod(rawValue: request.method)
    outgoing.headers = HTTPHeaders(headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    switch request.body {
    case .none: break
    case .octets(let octets): outgoing.body = .bytes(octets)
    case .file(let path, let range):
      outgoing.body = .stream(FileBody(path, range), length: .known(Int64(range.count)))
    }
    let answer = try await ShippingClient.shared.execute(outgoing, deadline: .now() + TimeAmount(timeout))
    var named: [String: String] = [:]
    for header in answer.headers { named[header.name.lowercased()] = header.value }
    let body = try await answer.body.collect(upTo: maximumBody)
    return ObjectAnswer(status: Int(answer.status.code), headers: named, body: Array(body.readableBytesView))
  }
}
