import ArgumentParser
import CloudAPI
import Collector
import Foundation
import Settings
import SmartAccessGateway

/// Options of commands that call the cloud API.
struct CloudOptions: ParsableArguments {
  @OptionGroup var file: ConfigurationFile

  @Option(
    help: ArgumentHelp(
      "Cloud region (default: smartAccessGateway.region, else ALIBABA_CLOUD_REGION_ID).", valueName: "region"))
  var region: String?

  @Option(
    help: ArgumentHelp(
      "API endpoint, such as smartag-vpc.cn-shanghai.aliyuncs.com (default: the region's public one).",
      valueName: "host"))
  var endpoint: String?

  @Option(help: ArgumentHelp("Endpoint of the Security Token Service, for roles.", valueName: "host"))
  var stsEndpoint: String?

  /// Returns the region: from the option, otherwise the configuration, otherwise the environment.
  func region(_ configuration: CollectorConfiguration) throws(CommandFailure) -> String {
    let fallback = ProcessInfo.processInfo.environment["ALIBABA_CLOUD_REGION_ID"] ?? ""
    let configured = configuration.live.smartAccessGateway.region
    let region = region ?? (configured.isEmpty ? fallback : configured)
    if region.isEmpty {
      throw CommandFailure(
        .usage,
        "no region: set --region, smartAccessGateway.region in the configuration, or ALIBABA_CLOUD_REGION_ID, such as cn-shanghai"
      )
    }
    do throws(ParameterError) {
      try FlowLogNames.checkRegion(region)
      return region
    } catch {
      throw CommandFailure(.usage, "--region: \(error.reason)")
    }
  }

  func endpoint(_ configuration: CollectorConfiguration, region: String) throws(CommandFailure) -> ServiceEndpoint {
    let text = endpoint ?? configuration.live.smartAccessGateway.endpoint
    if text.isEmpty { return ServiceEndpoint(service: "smartag", region: region) }
    do throws(ParameterError) {
      return try ServiceEndpoint(text)
    } catch {
      throw CommandFailure(.usage, "--endpoint: \(error.reason)")
    }
  }

  /// Returns a client of the API, with credentials from the process's environment.
  func client(region: String, endpoint: ServiceEndpoint) throws(CommandFailure) -> SmartAccessGatewayClient {
    let environment = ProcessInfo.processInfo.environment
    var context = CredentialContext(
      environment: environment, homeDirectory: environment["HOME"] ?? NSHomeDirectory())
    if let stsEndpoint {
      do throws(ParameterError) {
        context.tokenService = try ServiceEndpoint(stsEndpoint)
      } catch {
        throw CommandFailure(.usage, "--sts-endpoint: \(error.reason)")
      }
    }
    return SmartAccessGatewayClient(region: region, endpoint: endpoint, credentials: CredentialChain(context))
  }
}

extension SmartAccessGatewayClient {
  /// Obtains credentials, and logs their source and warnings.
  func introduce() async throws(CommandFailure) {
    let credentials: Credentials
    do throws(CloudAPIError) { credentials = try await self.credentials() } catch { throw CommandFailure(error) }
    for warning in credentials.warnings { Console.error("warning: \(warning)") }
    Console.write("credentials: \(credentials.source)\n")
  }
}

/// Calls the API; an error becomes the command's failure.
func asking<Answer: Sendable>(
  _ call: () async throws(CloudAPIError) -> Answer
) async throws(CommandFailure) -> Answer {
  do throws(CloudAPIError) { return try await call() } catch { throw CommandFailure(error) }
}

extension CommandFailure {
  init(_ error: CloudAPIError) {
    let status: ExitStatus =
      switch error {
      case .credentials: .notPermitted
      case .api(let error): error.concernsIdentity ? .notPermitted : error.isUnavailability ? .unavailable : .refused
      case .web, .notTheAPI, .unreadable: .unavailable
      }
    self.init(status, error.description)
  }
}
