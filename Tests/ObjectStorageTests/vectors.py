#!/usr/bin/env python3
"""Creates signed requests to object stores with the vendors' own libraries: botocore and alibabacloud-oss-v2.

vectors.py > ../Fixtures/objects/vectors.json
"""
import datetime
import hashlib
import json
import sys
from urllib.parse import quote, urlsplit

import botocore.auth
from alibabacloud_oss_v2.signer.v4 import SignerV4
from alibabacloud_oss_v2.types import Credentials as OSSCredentials
from alibabacloud_oss_v2.types import HttpRequest, SigningContext
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SECRETS = {
    "key": ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None),
    "session": ("ASIAEXAMPLE", "secret/+=", "token/+=with signs=="),
}
KEYS = [
    "flows.parquet",
    "flows/date=2026-01-31/hour=07/flows-host-20260131T070000Z-0-1.parquet",
    "a b/c+d/e&f/g%h/~-._/i=j",
    "流量/é/\U0001f600.parquet",
    "it's (a) [test]!*'@:,;?#|\\^`{}<>\"$",
]
QUERIES = [
    {},
    {"uploads": ""},
    {"partNumber": "17", "uploadId": "VXBsb2FkIElE/+=~abc"},
    {"uploads": "", "prefix": "flows/date=2026-01-31/x y"},
]
DATES = ["20130524T000000Z", "20261231T235959Z"]


def quoted(text):
    return quote(text, safe="/-_.~")


def query_text(query, empty):
    pairs = [(quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in sorted(query.items())]
    return "&".join(f"{k}={v}" if v or empty else k for k, v in pairs)


def at(date):
    return datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)


def amazon(name, date, method, host, path_style, bucket, key, query, headers, body, region):
    identifier, secret, token = SECRETS[name]
    path = (f"/{bucket}/" if path_style else "/") + quoted(key)
    text = query_text(query, True)
    request = AWSRequest(
        method=method, url=f"https://{host}{path}" + (f"?{text}" if text else ""), headers=headers, data=body)
    request.context["payload_signing_enabled"] = True
    botocore.auth.get_current_datetime = lambda *_, **__: at(date).replace(tzinfo=None)
    signer = botocore.auth.S3SigV4Auth(Credentials(identifier, secret, token), "s3", region)
    seen = {}
    make, sign = signer.canonical_request, signer.string_to_sign

    def keep(name, function):
        def call(*arguments):
            seen[name] = function(*arguments)
            return seen[name]
        return call

    signer.canonical_request = keep("canonical", make)
    signer.string_to_sign = keep("sign", sign)
    signer.add_auth(request)
    assert request.headers["X-Amz-Date"] == date, "botocore has another way to the time"
    return {"canonicalRequest": seen["canonical"], "stringToSign": seen["sign"],
            "authorization": request.headers["Authorization"]}


def oss(name, date, method, host, path_style, bucket, key, query, headers, body, region):
    identifier, secret, token = SECRETS[name]
    text = query_text(query, False)
    request = HttpRequest(method, f"https://{host}/{quoted(key)}" + (f"?{text}" if text else ""), headers=dict(headers))
    context = SigningContext(
        product="oss", region=region, bucket=bucket, key=key or None, request=request,
        credentials=OSSCredentials(identifier, secret, token), signing_time=at(date))
    SignerV4().sign(context)
    return {"stringToSign": context.string_to_sign, "authorization": request.headers["Authorization"]}


def vectors():
    bodies = [b"", b"Welcome to Amazon S3."]
    number = 0
    for service in ("s3", "oss"):
        for index, key in enumerate(KEYS + [""]):
            for position, query in enumerate(QUERIES):
                number += 1
                body = bodies[number % 2]
                path_style = number % 3 == 0
                region = ["us-east-1", "cn-north-1"][number % 2] if service == "s3" else "cn-hangzhou"
                host = f"s3.{region}.amazonaws.com" if service == "s3" else "oss-cn-hangzhou.aliyuncs.com"
                host = "storage.example:9000" if path_style else f"examplebucket.{host}"
                vendor = "x-amz-" if service == "s3" else "x-oss-"
                headers = [
                    {},
                    {"content-type": "application/vnd.apache.parquet", "if-none-match": "*",
                     f"{vendor}storage-class": "STANDARD_IA"},
                    {"content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==", f"{vendor}server-side-encryption": "AES256"},
                ][number % 3]
                method = ["GET", "PUT", "POST", "HEAD", "DELETE"][number % 5]
                arguments = (
                    ["key", "session"][index % 2], DATES[position % 2], method, host, path_style, "examplebucket", key,
                    query, headers, body, region)
                identifier, secret, token = SECRETS[arguments[0]]
                yield {
                    "id": f"{service}-{number}", "service": service, "date": arguments[1], "method": method,
                    "host": host, "isPathStyle": path_style, "bucket": "examplebucket", "key": key, "query": query,
                    "headers": headers, "payload": hashlib.sha256(body).hexdigest(), "region": region,
                    "accessKeyID": identifier, "accessKeySecret": secret, "securityToken": token,
                    "expected": (amazon if service == "s3" else oss)(*arguments),
                }


if __name__ == "__main__":
    json.dump(list(vectors()), sys.stdout, indent=1, ensure_ascii=False)
    print()
