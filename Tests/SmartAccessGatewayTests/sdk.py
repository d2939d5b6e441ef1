#!/usr/bin/env python3
"""The vendor's SDK as a witness.

sdk.py sign < REQUESTS
    Each line of standard input is a request as JSON: method, query, headers, payload_hash, key, secret. Prints the
    Authorization that the SDK's own code makes for it.
sdk.py call ENDPOINT KEY SECRET FLOW_LOG_ID
    Lets the SDK's client describe and modify a flow log at ENDPOINT (HOST:PORT, plain http); prints what it describes.
"""
import json
import sys


def sign():
    from alibabacloud_tea_openapi.utils import Utils
    from Tea.request import TeaRequest

    for line in sys.stdin:
        given = json.loads(line)
        request = TeaRequest()
        request.method = given["method"]
        request.pathname = "/"
        request.query = given["query"]
        request.headers = given["headers"]
        print(Utils.get_authorization(request, "ACS3-HMAC-SHA256", given["payload_hash"], given["key"], given["secret"]))


def call(endpoint, key, secret, flow_log_id):
    from alibabacloud_smartag20180313 import models
    from alibabacloud_smartag20180313.client import Client
    from alibabacloud_tea_openapi.models import Config

    client = Client(Config(access_key_id=key, access_key_secret=secret, endpoint=endpoint, protocol="HTTP"))
    region = "cn-shanghai"
    client.modify_flow_log_attribute(
        models.ModifyFlowLogAttributeRequest(
            region_id=region, flow_log_id=flow_log_id, name="a *~+/ name", description="\u6d41\u65e5\u5fd7",
            active_aging=120, inactive_aging=20, output_type="netflow", netflow_server_ip="10.0.0.1",
            netflow_server_port=9995, netflow_version="V10"))
    answer = client.describe_flow_logs(models.DescribeFlowLogsRequest(region_id=region, flow_log_id=flow_log_id))
    print(json.dumps(answer.body.to_map()["FlowLogs"]["FlowLogSetType"]))


if __name__ == "__main__":
    sign() if sys.argv[1] == "sign" else call(*sys.argv[2:])
