"""Injects faults into connections of any protocol between a collector and a server: they are closed after some octets, or stall.
"""

import collections
import socket
import threading
import time


class Wires:
    """Forwards connections to another port."""

    # Maximum octets after which a faulty connection ends, upstream and downstream.
    MOST = {"up": 200_000, "down": 1500}

    def __init__(self, port, server, chance):
        self.server, self.chance = server, chance
        self.kind, self.moment, self.kill = "fair", None, None
        # Number of actions by kind.
        self.counts, self.lock = collections.Counter(), threading.Lock()
        listener = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def change(self, kind, moment=None, kill=None):
        """Sets the weather: `fair` or `storm`; and the direction of octets at which to kill the collector, once."""
        with self.lock:
            self.kind, self.moment, self.kill = kind, moment, kill

    def accept(self, listener):
        while True:
            client, _ = listener.accept()
            try:
                server = socket.create_connection(("127.0.0.1", self.server))
            except OSError:
                client.close()
                continue
            ends = {way: self.end(way) for way in self.MOST}
            for way, source, target in (("up", client, server), ("down", server, client)):
                threading.Thread(target=self.carry, args=(way, source, target, ends[way]), daemon=True).start()

    def end(self, way):
        """Returns after how many octets the connection ends, and whether it stalls first; None if it is not faulty."""
        with self.lock:
            if self.kind != "storm" or self.chance.random() < 0.3:
                return None
            return self.chance.randrange(self.MOST[way]), self.chance.random() < 0.3

    def carry(self, way, source, target, end):
        passed, fatal = 0, self.chance.randrange(self.MOST[way])
        try:
            while octets := source.recv(65536):
                if end and passed + len(octets) > end[0]:
                    target.sendall(octets[:end[0] - passed])
                    with self.lock:
                        self.counts[f"{'silent' if end[1] else 'cut'} {way}"] += 1
                    if end[1]:
                        time.sleep(self.chance.uniform(1, 4))
                    break
                target.sendall(octets)
                passed += len(octets)
                if passed > fatal:
                    self.strike(way)
        except OSError:
            pass
        for side in (source, target):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            side.close()

    def strike(self, way):
        with self.lock:
            if self.moment != way:
                return
            self.moment = None
            self.counts[f"killed at octets {way}"] += 1
        self.kill()
