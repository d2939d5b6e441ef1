/// Error codes documented for the flow-log operations, and codes common to all operations.
public enum APIErrorCode: String, CaseIterable, Sendable {
  // Documented for ModifyFlowLogAttribute.
  case dependencyViolationFlowLog = "DependencyViolation.FlowLog"
  case incorrectStatusFlowLog = "IncorrectStatus.FlowLog"
  case invalidFlowLogIDNotFound = "InvalidFlowLogId.NotFound"
  case missingFlowLogID = "MissingParam.FlowLogId"
  case operationFailedAssociateFlowLog = "OperationFailed.AssociateFlowLog"
  case operationUnsupportedAssociateFlowLog = "OperationUnsupported.AssociateFlowLog"
  case quotaExceededFlowLog = "QuotaExceeded.Flowlog"
  case illegalActiveAging = "IllegalParam.ActiveAging"
  case illegalInactiveAging = "IllegalParam.InactiveAging"
  case illegalOutputType = "IllegalParam.OutputType"
  case illegalNetflowServerIP = "IllegalParam.NetflowServerIp"
  case illegalNetflowServerPort = "IllegalParam.NetflowServerPort"
  case illegalNetflowVersion = "IllegalParam.NetflowVersion"
  case missingNetflowServerIP = "MissingParam.NetflowServerIp"
  case missingNetflowServerPort = "MissingParam.NetflowServerPort"
  case missingNetflowVersion = "MissingParam.NetflowVersion"
  case illegalSlsRegionID = "IllegalParam.SlsRegionId"
  case missingSlsRegionID = "MissingParam.SlsRegionId"
  case illegalRegionID = "IllegalParam.RegionId"
  case illegalStatus = "IllegalParam.Status"
  case invalidSmartAGIDNotFound = "InvalidSmartAGId.NotFound"
  case featureNotSupported = "FeatureNotSupport"
  // Documented for related operations.
  case missingProjectName = "MissingParam.ProjectName"
  case missingLogstoreName = "MissingParam.LogstoreName"
  case featureNotSupportedByActive = "FeatureNotSupportForActiveSmartAG"
  case featureNotSupportedByStandby = "FeatureNotSupportForStandBySmartAG"
  case resourceConfiguring = "ResourceConfiguring"
  case resourceInOperating = "ResourceInOperating"
  case configSynchronizing = "ConfigSynchronizing"
  // Common to all operations.
  case forbidden = "Forbidden"
  case forbiddenRAM = "Forbidden.RAM"
  case noPermission = "NoPermission"
  case missingParameter = "MissingParameter"
  case invalidParameter = "InvalidParameter"
  case internalError = "InternalError"
  case serviceUnavailable = "ServiceUnavailable"
  case throttling = "Throttling"
  case throttlingUser = "Throttling.User"
  case throttlingAPI = "Throttling.Api"
  case accessKeyIDNotFound = "InvalidAccessKeyId.NotFound"
  case accessKeyIDInactive = "InvalidAccessKeyId.Inactive"
  case securityTokenExpired = "InvalidSecurityToken.Expired"
  case securityTokenMismatch = "InvalidSecurityToken.MismatchWithAccessKey"
  case signatureDoesNotMatch = "SignatureDoesNotMatch"
  case incompleteSignature = "IncompleteSignature"
  case signatureNonceUsed = "SignatureNonceUsed"
  case timeStampExpired = "InvalidTimeStamp.Expired"
  case timeStampFormat = "InvalidTimeStamp.Format"
  case actionNotFound = "InvalidAction.NotFound"
  case apiNotFound = "InvalidApi.NotFound"
  case versionInvalid = "InvalidVersion"

  /// Advice for the operator, in one line.
  public var advice: String {
    switch self {
    case .dependencyViolationFlowLog: "the flow log is bound to a gateway; dissociate its gateways first"
    case .incorrectStatusFlowLog: "its status does not allow this now; check Status, activate or deactivate it, or wait"
    case .invalidFlowLogIDNotFound:
      "no such flow log in this region; check id, region and account with `sagflow config flow-logs`"
    case .missingFlowLogID: "give the flow log's id"
    case .operationFailedAssociateFlowLog: "the gateway is bound to another flow log; dissociate it there first"
    case .operationUnsupportedAssociateFlowLog: "flow logs need an SAG-1000 with firmware 1.7.0 or later"
    case .quotaExceededFlowLog: "delete a flow log, or request a higher quota"
    case .illegalActiveAging: "whole seconds from 60 to 6000"
    case .illegalInactiveAging: "whole seconds from 10 to 600"
    case .illegalOutputType: "netflow, all or sls"
    case .illegalNetflowServerIP: "a plain unicast IPv4 address that the gateways can reach, no name, no port"
    case .illegalNetflowServerPort: "1 to 65535, the port that the collector listens on"
    case .illegalNetflowVersion: "V5, V9 or V10 (IPFIX)"
    case .missingNetflowServerIP: "give the collector's address"
    case .missingNetflowServerPort: "give the collector's port"
    case .missingNetflowVersion: "give V5, V9 or V10"
    case .illegalSlsRegionID: "correct the region of the Log Service project"
    case .missingSlsRegionID, .missingProjectName, .missingLogstoreName:
      "give region, project and Logstore of Log Service, or use the output type netflow"
    case .illegalRegionID: "unknown region, or the product is not there; endpoint and region must belong together"
    case .illegalStatus: "Active or Inactive"
    case .invalidSmartAGIDNotFound: "check the gateway's id and region"
    case .featureNotSupported: "the gateway's edition or firmware lacks flow logs; upgrade the device"
    case .featureNotSupportedByActive: "the active device of the pair lacks flow logs; upgrade it"
    case .featureNotSupportedByStandby: "the standby device of the pair lacks flow logs; upgrade it"
    case .resourceConfiguring, .resourceInOperating, .configSynchronizing: "a change is being rolled out; retry later"
    case .forbidden, .forbiddenRAM, .noPermission:
      "allow this account the smartag actions that the command's --help names (RAM policy, resource *)"
    case .missingParameter, .invalidParameter: "see the message"
    case .internalError, .serviceUnavailable:
      "a failure of the service; retry later, then contact its support with the RequestId"
    case .throttling, .throttlingUser, .throttlingAPI: "too many calls of this account; retry in a minute"
    case .accessKeyIDNotFound: "the AccessKey id is unknown; check the source of the credentials"
    case .accessKeyIDInactive: "the AccessKey is disabled; enable it or use another one"
    case .securityTokenExpired, .securityTokenMismatch: "get new temporary credentials"
    case .signatureDoesNotMatch, .incompleteSignature:
      "wrong AccessKey secret, or a proxy that changes requests; check the source of the credentials"
    case .signatureNonceUsed: "a proxy repeats requests; connect without it"
    case .timeStampExpired, .timeStampFormat: "set this host's clock (NTP): more than 15 minutes off is refused"
    case .actionNotFound, .apiNotFound, .versionInvalid: "wrong endpoint; remove --endpoint or correct it"
    }
  }

  /// Whether an earlier change is still being rolled out: the call may succeed afterwards.
  public var isRollout: Bool {
    self == .resourceConfiguring || self == .resourceInOperating || self == .configSynchronizing
  }

  /// Whether the cause is credentials, permissions or the clock.
  public var concernsIdentity: Bool {
    switch self {
    case .forbidden, .forbiddenRAM, .noPermission, .accessKeyIDNotFound, .accessKeyIDInactive, .securityTokenExpired,
      .securityTokenMismatch, .signatureDoesNotMatch, .incompleteSignature, .timeStampExpired, .timeStampFormat:
      true
    default: false
    }
  }
}
