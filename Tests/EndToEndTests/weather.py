"""Injects faults between a collector and a destination of files: an HTTP server in front of destinations.py or another program.
"""

import collections
import http.client
import threading
import time

from destinations import Answer, Handler, serve

# Where connections are closed: after the head, within the body, after the body, and after the destination has
# responded.
CUTS = ["head", "body", "unsent", "lost"]
# Responses: an error without forwarding the request, an error after the destination has accepted it, late, and none.
ANSWERS = ["error", "error afterwards", "slow", "silent"]
# Stages of a request at which the collector may be killed.
MOMENTS = ["head", "body", "done", "answered"]


class Upstream:
    """Another program's HTTP server."""

    def __init__(self, port):
        self.port = port

    def __call__(self, request):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        self.send(connection, request, request.body)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        passed = {name: value for name, value in answer.getheaders() if name.lower() not in (
            "connection", "transfer-encoding", "keep-alive", "date", "server")}
        return Answer(answer.status, passed if request.method == "HEAD" else {
            name: value for name, value in passed.items() if name.lower() != "content-length"}, body)

    def begin(self, request):
        """Sends a request whose client disconnects half-way through the body."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            self.send(connection, request, request.body)
            connection.close()
        except OSError:
            pass

    @staticmethod
    def send(connection, request, body):
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            if name != "connection":
                connection.putheader(name, value)
        connection.endheaders()
        connection.send(body)


class Weather:
    """Forwards requests to a destination, or makes them fail.

    - Parameters:
        - destination: called with a request, and responds to it.
        - errors: returns the response of a busy destination, given a random generator.
        - full: the response of a full destination.
        - accident: called while the destination handles a request with a file; may kill it. None to disable.
    """

    def __init__(self, destination, errors, full, chance, port, accident=None):
        self.destination, self.errors, self.full, self.chance, self.accident = destination, errors, full, chance, accident
        self.kind = "fair"
        # Number of actions by kind.
        self.counts = collections.Counter()
        self.lock, self.moment, self.kill = threading.Lock(), None, None
        self.server = serve(destination, port, WeatherHandler)
        self.server.weather = self

    def change(self, kind, moment=None, kill=None):
        """Sets the weather: `fair`, `storm`, `full` or `accident`; and the stage of a request at which to kill the collector, once."""
        with self.lock:
            self.kind, self.moment, self.kill = kind, moment, kill

    def fault(self):
        with self.lock:
            if self.kind in ("full", "accident"):
                fault = self.kind
            elif self.kind == "storm" and self.chance.random() < 0.6:
                fault = self.chance.choice(CUTS + ANSWERS + (["accident"] if self.accident else []))
            else:
                return None
            self.counts[fault] += 1
            return fault

    def passes(self, moment):
        with self.lock:
            if self.moment != moment:
                return
            self.moment = None
            pause = self.chance.uniform(0, 0.01)
            self.counts[f"killed at {moment}"] += 1
        if moment == "answered":
            # Meanwhile the collector records the accepted file.
            time.sleep(pause)
        self.kill()


class WeatherHandler(Handler):
    def serve(self):
        weather = self.server.weather
        # ClickHouse queries have a body.
        if self.length == 0 or "default_format=" in self.path:
            # A query. It may fail, too.
            fault = weather.fault() if weather.kind == "storm" else None
            if fault in CUTS and fault != "lost":
                return self.cut()
            return self.answer(weather, self.received(self.read(self.length)), fault, is_question=True)
        fault = weather.fault()
        weather.passes("head")
        if fault == "head":
            return self.cut()
        half = self.length // 2
        body = self.read(half)
        weather.passes("body")
        if fault == "slow":
            time.sleep(weather.chance.uniform(0, 0.5))
        if fault == "body":
            if isinstance(weather.destination, Upstream):
                weather.destination.begin(self.received(body))
            return self.cut()
        body += self.read(self.length - half)
        if fault == "unsent":
            return self.cut()
        if fault == "full":
            return self.write(weather.full())
        if fault == "error":
            return self.write(weather.errors(weather.chance))
        self.answer(weather, self.received(body), fault)

    def answer(self, weather, request, fault, is_question=False):
        accident = threading.Thread(target=weather.accident) if fault == "accident" else None
        if accident:
            accident.start()
        try:
            answer = weather.destination(request)
        except (OSError, http.client.HTTPException):
            # The destination is unavailable.
            return self.cut()
        finally:
            if accident:
                accident.join()
        if is_question:
            return self.cut() if fault == "lost" else self.write(answer)
        weather.passes("done")
        if fault == "lost":
            return self.cut()
        if fault == "error afterwards":
            return self.write(weather.errors(weather.chance))
        if fault == "silent":
            time.sleep(weather.chance.uniform(1, 4))
            return self.cut()
        if fault == "slow":
            time.sleep(weather.chance.uniform(0, 1))
        self.write(answer)
        self.wfile.flush()
        weather.passes("answered")
