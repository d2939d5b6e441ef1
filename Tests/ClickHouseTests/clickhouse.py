"""ClickHouse's HTTP interface on top of chdb, the same engine as a library: serves the requests of an output like a server.

    clickhouse.py DIRECTORY [PORT]

DIRECTORY holds the data, which survives a kill; PORT 0 or none means any port. The port is printed. The user is `default`, with
the password in CH_PASSWORD if set.

Faults, one at a time, for the next insert only: GET /fault?what=WHAT
    before    the connection is closed after the body, before the insert
    after     the connection is closed after the insert
    slow      the insert is done at once, the response comes after 5 seconds
    kill      the process kills itself CH_KILL_AFTER seconds into the insert, or before the response if it is faster
    500       an error response of a proxy, without ClickHouse's error code
"""

import http.server
import os
import re
import signal
import socketserver
import sys
import tempfile
import threading
import time
import urllib.parse

from chdb import session

# Query parameters handled by the HTTP interface, unknown to the engine.
PARAMETERS = {"query", "database", "default_format", "wait_end_of_query"}


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fault = None
    lock = threading.Lock()
    engine = None
    # Tokens of all attempted inserts.
    tokens = []

    def log_message(self, *_):
        pass

    def answer(self, status, body, code=None):
        self.send_response(status)
        self.send_header("X-ClickHouse-Server-Display-Name", "chdb")
        if code:
            self.send_header("X-ClickHouse-Exception-Code", str(code))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def cut(self):
        self.close_connection = True
        self.connection.shutdown(2)

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        if self.path.startswith("/fault"):
            Handler.fault = query["what"][0]
            self.answer(200, b"Ok.\n")
        elif self.path.startswith("/tokens"):
            self.answer(200, "\n".join(Handler.tokens).encode())
        else:
            self.answer(404, b"There is no handle\n")

    def do_POST(self):
        parameters = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        password = os.environ.get("CH_PASSWORD", "")
        if self.headers.get("X-ClickHouse-User") != "default" or self.headers.get("X-ClickHouse-Key", "") != password:
            # Like a server: without reading the body.
            self.close_connection = True
            self.answer(403, b"Code: 516. DB::Exception: default: Authentication failed. (AUTHENTICATION_FAILED)\n", 516)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "query" in parameters:
            self.insert(parameters, body)
        else:
            self.run(body.decode(), parameters.get("default_format", "TabSeparated"))

    def run(self, query, form="TabSeparated"):
        try:
            with Handler.lock:
                result = Handler.engine.query(query, form).bytes()
        except Exception as error:
            text = str(error)
            code = re.search(r"Code: (\d+)", text)
            self.answer(500, (text.strip() + "\n").encode(), code and code.group(1))
            return False
        self.answer(200, bytes(result))
        return True

    def insert(self, parameters, body):
        fault, Handler.fault = Handler.fault, None
        match = re.fullmatch(r"(INSERT INTO .*) FORMAT (\w+)", parameters["query"], re.S)
        Handler.tokens.append(parameters.get("insert_deduplication_token", ""))
        settings = ", ".join(f"{k} = '{v}'" for k, v in parameters.items() if k not in PARAMETERS)
        if fault == "before":
            return self.cut()
        if fault == "500":
            self.send_response(502)
            self.send_header("Content-Length", "12")
            self.end_headers()
            self.wfile.write(b"Bad Gateway\n")
            return
        if fault == "kill":
            threading.Timer(float(os.environ.get("CH_KILL_AFTER", "0.05")), os.kill, (os.getpid(), signal.SIGKILL)).start()
        with tempfile.NamedTemporaryFile(dir=Handler.directory, suffix=".body") as file:
            file.write(body)
            file.flush()
            statement = f"{match.group(1)} FROM INFILE '{file.name}' SETTINGS {settings} FORMAT {match.group(2)}"
            if not fault:
                return self.run(statement)
            with Handler.lock:
                Handler.engine.query(statement)
        if fault == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "after":
            return self.cut()
        time.sleep(5)
        self.answer(200, b"")


def main():
    Handler.directory = sys.argv[1]
    Handler.engine = session.Session(os.path.join(sys.argv[1], "data"))
    server = Server(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


main()
