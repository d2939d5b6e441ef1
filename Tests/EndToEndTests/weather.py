"""What may go wrong between a collector and where its files go: an HTTP server in front of a destination, whether that is one of
destinations.py or another program.
"""

import collections
import http.client
import threading
import time

from destinations import Answer, Handler, serve

# Connections that are cut: when the head was read, within the body, when all of it was read, and when the destination has answered.
CUTS = ["head", "body", "unsent", "lost"]
# Answers: an error in place of the request, an error when the destination has taken it, late ones, and none.
ANSWERS = ["error", "error afterwards", "slow", "silent"]
# Moments of a request at which the collector may be killed.
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
        """Sends a request whose client goes away half-way through the body."""
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
    """Passes requests on to a destination, or has them fail.

    - Parameters:
        - destination: is called with a request, and answers it.
        - errors: make an answer of a destination that is busy, from a random generator.
        - full: the answer of one that is full.
        - accident: is called while the destination works on a request that carries a file: may kill it. None: there is none.
    """

    def __init__(self, destination, errors, full, chance, port, accident=None):
        self.destination, self.errors, self.full, self.chance, self.accident = destination, errors, full, chance, accident
        self.kind = "fair"
        # What was done, by what it was.
        self.counts = collections.Counter()
        self.lock, self.moment, self.kill = threading.Lock(), None, None
        self.server = serve(destination, port, WeatherHandler)
        self.server.weather = self

    def change(self, kind, moment=None, kill=None):
        """From now on: `fair`, `storm`, `full` or `accident`; and at which moment of a request the collector is killed, once."""
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
            # What was taken is written down now.
            time.sleep(pause)
        self.kill()


class WeatherHandler(Handler):
    def serve(self):
        weather = self.server.weather
        # ClickHouse's have a body.
        if self.length == 0 or "default_format=" in self.path:
            # A question. It may go wrong, too.
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
            # The destination is away.
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
