import NetworkBytes

extension Session {
  /// Returns how well the boot time of a v9 message agrees with that of this device and run. With one clock only, an
  /// earlier run of the exporter, whose boot happens to be as far away as a clock was set, may agree as well.
  @inline(__always)
  func bootAgreement(_ header: MessageHeader, arrival: UnixNanoseconds) -> BootMark.Agreement {
    guard let boot, unsteadyBoots < 2 else { return .ofBothClocks }
    return boot.agreement(with: BootMark(header, arrival: arrival))
  }

  mutating func noteBoot(_ new: BootMark) {
    if unsteadyBoots == 1, let boot, boot.agreement(with: new) != .none { unsteadyBoots = 0 }
    boot = new
  }

  /// Meaning of a v9 message with a different boot time.
  enum Change {
    /// Same device: its sequence number continues, so the uptime was stuck or a clock was set.
    case none
    case restart
    case otherDevice
  }

  mutating func judge(_ header: MessageHeader, arrival: UnixNanoseconds) -> Change {
    // A device whose uptime exceeds its silence has not restarted since.
    let isShort = Int64(header.sysUpTime) <= (arrival &- lastSeen) / 1_000_000
    if isShort, header.sysUpTime < boot?.upTime ?? 0 { return .restart }
    let ahead = sequence.distance(to: header.sequence)
    let isNear = ahead.map { $0 <= Self.lostMessages && $0 >= (isShort ? 0 : -Self.reorderedMessages) } ?? true
    if isNear || sequence.repeatsZero(header.sequence) {
      unsteadyBoots += 1
      return .none
    }
    return isShort ? .restart : .otherDevice
  }

  /// Limits for late messages and for consecutive lost ones.
  private static let reorderedMessages = 1000
  private static let lostMessages = 1 << 16

  /// Counts a restart of the session's device.
  mutating func countRestart() { counters.sequence.restarts &+= 1 }

  /// Notices an IPFIX exporter that has restarted: a number near 0 and far behind, which the next message goes on from. If
  /// that goes on from the old number, the message was late, or two streams take turns. Until it is decided, templates of
  /// before are not trusted, and those that come are.
  mutating func lookForRestart(_ header: MessageHeader, _ directory: ExporterDirectory?) {
    if let suspect {
      switch self.suspect?.judge(header.sequence, fromOld: sequence.distance(to: header.sequence)) {
      case .undecided: return
      case .restart: restart(suspect, directory)
      default:
        stragglers += 1
        if stragglers == 2 { secondSequence.value = SequenceTracker(version: key.version) }
        counters.sequence.reordered &+= 1
        resolveSuspect()
      }
    }
    guard stragglers < 2, !sequence.repeatsZero(header.sequence), let behind = sequence.distance(to: header.sequence),
      behind < -RestartSuspect.distance,
      Int32(bitPattern: header.sequence).magnitude < RestartSuspect.nearness
    else { return }
    suspect = RestartSuspect(number: header.sequence, definitions: templates.definitions)
  }

  private mutating func restart(_ suspect: RestartSuspect, _ directory: ExporterDirectory?) {
    let untrusted = templates.forget(definedBefore: suspect.definitions)
    withdraw(untrusted, directory)
    systemInit = nil
    directory?.retractStart(of: key, at: lastSeen)
    sequence.restart(at: suspect.message, &counters.sequence)
    self.suspect = nil
    early.serve(all: templates.all)
  }

  /// Resolves a message suspected to indicate a restart as none: its data uses the existing templates.
  mutating func resolveSuspect() {
    suspect = nil
    early.serve(all: templates.all)
  }
}
