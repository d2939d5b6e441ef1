package import Shipping

/// An error of librdkafka or of a broker.
package struct KafkaFailure: Error, Equatable, Sendable {
  /// `rd_kafka_resp_err_t`: positive for a broker's errors, negative for librdkafka's own.
  package var code: Int32
  package var text: String

  package init(code: Int32, text: String) { (self.code, self.text) = (code, text) }

  /// No acknowledgment arrived in time.
  package var isTimeout: Bool { code == -192 || code == -185 }
  /// The producer is unusable.
  package var isFatal: Bool { code == -150 }

  /// What to do next.
  package var remedy: ShippingFailure.Remedy {
    switch code {
    // A message that is too large, or otherwise invalid.
    case 10, 87: .setAside
    // A missing or unusable topic, missing permission, wrong user or certificate, an invalid property.
    case 3, 17, 21, 29, 31, 44, 58, -188, -169, -181, -186: .wait
    default: .retry
    }
  }

  /// For display.
  package func reason(_ place: String) -> String {
    let advice =
      switch code {
      case 3, -188: "; create the topic"
      case 29, 31: "; check the user's permissions"
      case 58, -169: "; check mechanism, user and password"
      case -181: "; check the certificates"
      case 10: "; raise the broker's message.max.bytes and the output's message.max.bytes"
      default: ""
      }
    return "\(place): \(text)\(advice)"
  }
}
