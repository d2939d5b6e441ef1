"""In-memory destinations of outputs that behave like real servers: a ClickHouse table that accepts each token once, and object
stores of both interfaces that honour conditions against overwriting.

destinations.py clickhouse|s3|oss      serves one that discards its content, for measurements; prints its port
"""

import base64
import collections
import hashlib
import http.server
import json
import socket
import sys
import threading
import urllib.parse

Request = collections.namedtuple("Request", "method target headers body")
Answer = collections.namedtuple("Answer", "status headers body")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, address):
        # Killed clients break connections.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, address)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    @property
    def length(self):
        return int(self.headers.get("Content-Length", 0))

    def read(self, length):
        octets = self.rfile.read(length)
        if len(octets) < length:
            raise ConnectionError("the client is gone")
        return octets

    def received(self, body):
        return Request(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body)

    def write(self, answer):
        self.send_response(answer.status)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        for name, value in ({"content-length": str(len(answer.body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def cut(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def serve(self):
        self.write(self.server.answer(self.received(self.read(self.length))))

    def do_GET(self):
        self.serve()

    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET


def serve(answer, port=0, handler=Handler):
    """Serves on separate threads until this program ends."""
    server = Server(("127.0.0.1", port), handler)
    server.answer = answer
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Destination:
    """The content of a destination: files by name."""

    def __init__(self, keeps=True):
        self.keeps, self.lock = keeps, threading.Lock()
        self.files = {}
        # Files shipped again, those of them with different octets, unauthenticated requests.
        self.repeated, self.differing, self.refused = 0, [], 0

    def take(self, name, octets):
        """Returns whether the file is new."""
        if not self.keeps:
            return True
        with self.lock:
            if name in self.files:
                self.repeated += 1
                if self.files[name] != octets:
                    self.differing.append(name)
                return False
            self.files[name] = octets
            return True


class ClickHouse(Destination):
    """A table that remembers its inserts by token."""

    PASSWORD = "right"
    # Error codes that are temporary, and one that requires intervention.
    PASSING = (159, 202, 209, 210, 241, 242, 252, 285, 319, 999)
    FULL = 243

    @staticmethod
    def error(code):
        return Answer(500, {"X-ClickHouse-Exception-Code": str(code)}, b"Code: %d. DB::Exception: made for a test\n" % code)

    @classmethod
    def passing(cls, chance):
        code = chance.choice(cls.PASSING + (None, None))
        return cls.error(code) if code else Answer(chance.choice([500, 502, 503, 504]), {}, b"Busy\n")

    @classmethod
    def full(cls):
        return cls.error(cls.FULL)

    def __call__(self, request):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(request.target).query))
        if self.keeps and request.headers.get("x-clickhouse-key") != self.PASSWORD:
            self.refused += 1
            return Answer(403, {"X-ClickHouse-Exception-Code": "516"}, b"Code: 516. DB::Exception: Authentication failed\n")
        if query.get("query", "").startswith("INSERT"):
            assert query["query"].endswith("FORMAT Parquet") and query["async_insert"] == "0", query
            self.take(query["insert_deduplication_token"], request.body)
            return Answer(200, {"X-ClickHouse-Summary": "{}"}, b"")
        return Answer(200, {"X-ClickHouse-Summary": "{}"}, json.dumps({"data": [["26.9.1.1"]]}).encode())


class Objects(Destination):
    """A bucket, in path style. It authenticates by key id only: signatures are tested elsewhere."""

    KEY, SECRET, BUCKET, PREFIX = "STUBKEY", "STUBSECRET", "lake", "flows/"

    def __init__(self, service, keeps=True):
        super().__init__(keeps)
        self.service = service
        # Multipart uploads in progress, the number started, and the maximum number of parts of one.
        self.uploads, self.begun, self.most_parts = {}, 0, 0
        # The HEAD response of each object; objects written without the condition.
        self.heads, self.unconditional = {}, 0

    @staticmethod
    def error(status, code):
        return Answer(
            status, {"Content-Type": "application/xml"},
            f"<Error><Code>{code}</Code><Message>made for a test</Message></Error>".encode())

    @classmethod
    def passing(cls, chance):
        return cls.error(*chance.choice([
            (503, "SlowDown"), (500, "InternalError"), (503, "ServiceUnavailable"), (400, "RequestTimeout"),
            (409, "OperationAborted"), (502, "")]))

    @classmethod
    def full(cls):
        return cls.error(507, "InsufficientStorage")

    def checksums(self, octets):
        if not self.keeps:
            return {"etag": '"0"'}
        headers = {"etag": f'"{hashlib.md5(octets).hexdigest()}"'}
        return headers | ({"x-oss-hash-crc64ecma": str(crc64(octets))} if self.service == "oss" else {})

    def __call__(self, request):
        if f"Credential={self.KEY}/" not in request.headers.get("authorization", ""):
            self.refused += 1
            return self.error(403, "InvalidAccessKeyId")
        address = urllib.parse.urlsplit(request.target)
        query = dict(urllib.parse.parse_qsl(address.query, keep_blank_values=True))
        key = urllib.parse.unquote(address.path).removeprefix(f"/{self.BUCKET}/")
        sent = request.headers.get("content-md5")
        if self.keeps and sent and sent != base64.b64encode(hashlib.md5(request.body).digest()).decode():
            return self.error(400, "BadDigest")
        if "uploadId" in query or "uploads" in query:
            return self.parts(request, key, query)
        if request.method == "PUT":
            return self.put(request, key, request.body, request.headers)
        if request.method == "HEAD":
            head = self.heads.get(key)
            return Answer(200, head, b"") if head else Answer(404, {}, b"")
        return self.error(400, "InvalidRequest")

    def put(self, request, key, octets, headers):
        condition = ("x-oss-forbid-overwrite", "true") if self.service == "oss" else ("if-none-match", "*")
        if request.headers.get(condition[0]) != condition[1]:
            self.unconditional += 1
        if not self.take(key.removeprefix(self.PREFIX), octets):
            return self.error(409, "FileAlreadyExists") if self.service == "oss" else self.error(412, "PreconditionFailed")
        sums = self.checksums(octets)
        own = {name: value for name, value in headers.items() if name.startswith("x-amz-meta-")}
        self.heads[key] = {"content-length": str(len(octets))} | own | sums
        return Answer(200, sums, b"")

    def parts(self, request, key, query):
        """Handles a multipart upload. If contents are discarded, only their sizes are kept."""
        if "uploads" in query:
            return self.list(query["prefix"]) if request.method == "GET" else self.begin(request, key)
        if query["uploadId"] not in self.uploads:
            return self.error(404, "NoSuchUpload")
        _, headers, parts = self.uploads[query["uploadId"]]
        if "partNumber" in query:
            self.most_parts = max(self.most_parts, int(query["partNumber"]))
            parts[int(query["partNumber"])] = request.body if self.keeps else bytes(len(request.body))
            return Answer(200, self.checksums(request.body), b"")
        if request.method == "DELETE":
            self.uploads.pop(query["uploadId"], None)
            return Answer(204, {}, b"")
        answer = self.put(request, key, b"".join(parts[number] for number in sorted(parts)), headers)
        if answer.status != 200:
            return answer
        self.uploads.pop(query["uploadId"], None)
        return Answer(200, {}, b"<CompleteMultipartUploadResult/>")

    def list(self, prefix):
        found = "".join(
            f"<Upload><Key>{key}</Key><UploadId>{number}</UploadId></Upload>"
            for number, (key, _, _) in list(self.uploads.items()) if key.startswith(prefix))
        return Answer(200, {}, f"<ListMultipartUploadsResult>{found}</ListMultipartUploadsResult>".encode())

    def begin(self, request, key):
        with self.lock:
            self.begun += 1
            number = f"upload-{self.begun}"
        self.uploads[number] = (key, request.headers, {})
        return Answer(200, {}, f"<R><UploadId>{number}</UploadId></R>".encode())


def crc64_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0xC96C5795D7870F42 if value & 1 else 0)
        table.append(value)
    return table


CRC64_TABLE = crc64_table()


def crc64(octets):
    """The checksum reported by OSS: ECMA-182's polynomial, reflected."""
    table, crc = CRC64_TABLE, (1 << 64) - 1
    for octet in octets:
        crc = table[crc & 0xFF ^ octet] ^ crc >> 8
    return crc ^ (1 << 64) - 1


def make(kind, keeps=True):
    return ClickHouse(keeps) if kind == "clickhouse" else Objects(kind, keeps)


if __name__ == "__main__":
    print(serve(make(sys.argv[1], keeps=False)).server_address[1], flush=True)
    threading.Event().wait()
