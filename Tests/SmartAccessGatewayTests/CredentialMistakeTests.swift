import CloudAPI
import Foundation
import GatewayStub
import TestSupport
import Testing

@Suite("Credentials: what is wrong with a source is told", .tags(.network), .unlessFast)
struct CredentialMistakeTests {
  struct Mistake: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Members of the profile `p` as JSON; the whole file if this is not an object.
    var profile: String?
    var ini: String?
    var environment: [String: String] = [:]
    /// Words that the message must contain.
    var words: [String]
  }

  @Test(
    "a source that is set up and does not work says where, why and what to do",
    arguments: [
      Mistake(
        testDescription: "an id without a secret", environment: ["ALIBABA_CLOUD_ACCESS_KEY_ID": "KEY"],
        words: ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "set both"]),
      Mistake(
        testDescription: "a secret without an id", environment: ["ALIBABA_CLOUD_ACCESS_KEY_SECRET": "VERYSECRET"],
        words: ["ALIBABA_CLOUD_ACCESS_KEY_SECRET", "set both"]),
      Mistake(
        testDescription: "an OIDC token file that is not there",
        environment: [
          "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "/no/such/token", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "acs:p",
          "ALIBABA_CLOUD_ROLE_ARN": "acs:r",
        ], words: ["OIDC", "cannot open /no/such/token", "No such file"]),
      Mistake(testDescription: "a profile file that is no JSON", profile: "nonsense", words: ["config.json", "JSON"]),
      Mistake(testDescription: "no current profile", profile: "[]", words: ["config.json", "current profile"]),
      Mistake(
        testDescription: "a profile that is not there", profile: "{\"mode\":\"AK\"}",
        environment: ["ALIBABA_CLOUD_PROFILE": "q\n"], words: ["no profile 'q\\n'", "ALIBABA_CLOUD_PROFILE"]),
      Mistake(
        testDescription: "AK without a secret", profile: "{\"mode\":\"AK\",\"access_key_id\":\"K\"}",
        words: ["profile 'p'", "access_key_secret"]),
      Mistake(
        testDescription: "StsToken without a token",
        profile: "{\"mode\":\"StsToken\",\"access_key_id\":\"K\",\"access_key_secret\":\"VERYSECRET\"}",
        words: ["profile 'p'", "sts_token"]),
      Mistake(
        testDescription: "RamRoleArn without a role",
        profile: "{\"mode\":\"RamRoleArn\",\"access_key_id\":\"K\",\"access_key_secret\":\"VERYSECRET\"}",
        words: ["profile 'p'", "ram_role_arn"]),
      Mistake(
        testDescription: "a log-in that has expired",
        profile:
          "{\"mode\":\"CloudSSO\",\"access_key_id\":\"K\",\"access_key_secret\":\"VERYSECRET\",\"sts_token\":\"VERYSECRET\",\"sts_expiration\":1000}",
        words: ["profile 'p'", "expired", "aliyun configure"]),
      Mistake(
        testDescription: "a chain that leads in a circle",
        profile: "{\"mode\":\"ChainableRamRoleArn\",\"ram_role_arn\":\"acs:r\",\"source_profile\":\"p\"}",
        words: ["profile 'p'", "circle"]),
      Mistake(
        testDescription: "a credentials URI that is none",
        profile: "{\"mode\":\"CredentialsURI\",\"credentials_uri\":\"x\"}",
        words: ["credentials URI", "http://HOST/PATH", "'x'"]),
      Mistake(
        testDescription: "a mode that is not supported", profile: "{\"mode\":\"External\"}",
        words: ["profile 'p'", "External", "not supported", "RamRoleArn"]),
      Mistake(
        testDescription: "another mode that is not supported", profile: "{\"mode\":\"RsaKeyPair\"}",
        words: ["RsaKeyPair", "not supported"]),
      Mistake(
        testDescription: "an ini file that is not there",
        environment: ["ALIBABA_CLOUD_CREDENTIALS_FILE": "/no/such.ini"], words: ["/no/such.ini", "no such file"]),
      Mistake(
        testDescription: "an ini file without the section", ini: "[other]\n",
        words: ["credentials.ini", "[default]", "ALIBABA_CLOUD_PROFILE"]),
      Mistake(
        testDescription: "a section without a secret", ini: "[default]\naccess_key_id = K\n",
        words: ["[default]", "access_key_secret"]),
      Mistake(
        testDescription: "a type that is not supported", ini: "[default]\ntype = rsa_key_pair\n",
        words: ["rsa_key_pair", "not supported", "ram_role_arn"]),
      Mistake(
        testDescription: "a credentials URI where nothing listens",
        environment: ["ALIBABA_CLOUD_CREDENTIALS_URI": "http://127.0.0.1:1/VERYSECRET"],
        words: ["credentials URI", "http://127.0.0.1:1", "refused"]),
    ])
  func mistakes(mistake: Mistake) async throws {
    try await GatewayStub.run { stub in
      let home = try Home(stub)
      if let profile = mistake.profile {
        try home.file(
          ".aliyun/config.json",
          profile.hasPrefix("{")
            ? "{\"current\":\"p\",\"profiles\":[{\"name\":\"p\",\(profile.dropFirst())]}"
            : profile.hasPrefix("[") ? "{\"profiles\":\(profile)}" : profile)
      }
      if let ini = mistake.ini { try home.ini(ini) }
      for (name, value) in mistake.environment { home.set(name, value) }
      let text = await home.failure()
      for word in mistake.words { #expect(text.contains(word), "\(text)") }
      #expect(!text.contains("\n"))
      expectNoSecret(text)
    }
  }

  @Test("a role that the service refuses is told with the service's words")
  func refusedRole() async throws {
    try await GatewayStub.run { stub in
      let home = try Home(stub)
      try home.put(.profileRole)
      stub.inject(.code("NoPermission", status: 403), into: "AssumeRole")
      let text = await home.failure()
      for word in ["profile 'p'", "NoPermission", "R-NoPermission"] { #expect(text.contains(word), "\(text)") }
      expectNoSecret(text)
    }
  }

  @Test("files that others can read get a warning, and a source that failed before another served is told")
  func warnings() async throws {
    try await GatewayStub.run { stub in
      let home = try Home(stub)
      try home.put(.iniKeys)
      try home.permit(".alibabacloud/credentials.ini", 0o640)
      try home.file(".aliyun/config.json", "{\"current\":\"gone\"}")
      let credentials = try #require(try await CredentialChain(home.context).credentials())
      #expect(credentials.warnings.count == 2)
      #expect(credentials.warnings.contains { $0.contains("credentials.ini") && $0.contains("chmod 600") })
      #expect(credentials.warnings.contains { $0.contains("config.json") && $0.contains("'gone'") })
    }
  }
}
