#!/usr/bin/env python3
"""Runs the vendor's SDK for comparison.

sdk.py sign < REQUESTS
    Each line of standard input is a request as JSON: method, query, headers, payload_hash, key, secret. Prints the
    Authorization header created by the SDK's own code.
sdk.py call ENDPOINT KEY SECRET FLOW_LOG_ID
    Describes and modifies a flow log at ENDPOINT (HOST:PORT, plain http) with the SDK's client; prints the description.
sdk.py setup ENDPOINT KEY SECRET
    Creates a flow log, binds the first gateway that has none, activates it, and reverts everything; prints the flow log's id
    and its gateways.
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


def connect(endpoint, key, secret):
    from alibabacloud_smartag20180313.client import Client
    from alibabacloud_tea_openapi.models import Config

    return Client(Config(access_key_id=key, access_key_secret=secret, endpoint=endpoint, protocol="HTTP"))


def call(endpoint, key, secret, flow_log_id):
    from alibabacloud_smartag20180313 import models

    client = connect(endpoint, key, secret)
    region = "cn-shanghai"
    client.modify_flow_log_attribute(
        models.ModifyFlowLogAttributeRequest(
            region_id=region, flow_log_id=flow_log_id, name="a *~+/ name", description="\u6d41\u65e5\u5fd7",
            active_aging=120, inactive_aging=20, output_type="netflow", netflow_server_ip="10.0.0.1",
            netflow_server_port=9995, netflow_version="V10"))
    answer = client.describe_flow_logs(models.DescribeFlowLogsRequest(region_id=region, flow_log_id=flow_log_id))
    print(json.dumps(answer.body.to_map()["FlowLogs"]["FlowLogSetType"]))


def setup(endpoint, key, secret):
    from alibabacloud_smartag20180313 import models

    client = connect(endpoint, key, secret)
    region = "cn-shanghai"
    unbound = client.describe_unbind_flow_log_sags(models.DescribeUnbindFlowLogSagsRequest(region_id=region))
    gateway = unbound.body.to_map()["Sags"]["Sag"][0]["SmartAGId"]
    made = client.create_flow_log(
        models.CreateFlowLogRequest(
            region_id=region, name="branch", description="mark 1", active_aging=300, inactive_aging=15,
            output_type="netflow", netflow_server_ip="10.0.0.1", netflow_server_port=9995, netflow_version="V9"))
    log = made.body.flow_log_id
    client.associate_flow_log(
        models.AssociateFlowLogRequest(region_id=region, flow_log_id=log, smart_agid=gateway))
    client.active_flow_log(models.ActiveFlowLogRequest(region_id=region, flow_log_id=log))
    bound = client.describe_flow_log_sags(
        models.DescribeFlowLogSagsRequest(region_id=region, flow_log_id=log, page_number=1, page_size=50))
    client.deactive_flow_log(models.DeactiveFlowLogRequest(region_id=region, flow_log_id=log))
    client.disassociate_flow_log(
        models.DisassociateFlowLogRequest(region_id=region, flow_log_id=log, smart_agid=gateway))
    client.delete_flow_log(models.DeleteFlowLogRequest(region_id=region, flow_log_id=log))
    print(log)
    print(json.dumps(bound.body.to_map()["Sags"]["Sag"], sort_keys=True))


if __name__ == "__main__":
    {"sign": sign, "call": call, "setup": setup}[sys.argv[1]](*sys.argv[2:])
