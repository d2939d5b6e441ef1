package import Shipping

/// What librdkafka or a broker says of something that failed.
package struct KafkaFailure: Error, Equatable, Sendable {
  /// Of librdkafka's `rd_kafka_resp_err_t`: a broker's are positive, its own negative.
  package var code: Int32
  package var text: String

  package init(code: Int32, text: String) { (self.code, self.text) = (code, text) }

  /// No acknowledgement came in time.
  package var isTimeout: Bool { code == -192 || code == -185 }
  /// The producer can do nothing more.
  package var isFatal: Bool { code == -150 }

  /// What is done next.
  package var remedy: ShippingFailure.Remedy {
    switch code {
    // A message that is too large, or has something the broker refuses.
    case 10, 87: .setAside
    // No topic of the name, or an unusable one; not allowed; wrong user or certificate; a property that is none.
    case 3, 17, 21, 29, 31, 44, 58, -188, -169, -181, -186: .wait
    default: .retry
    }
  }

  /// For people.
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
