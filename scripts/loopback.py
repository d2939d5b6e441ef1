"""Sockets of UDP over loopback, for the benchmarks that send datagrams to a collector."""
import pathlib
import socket
import sys
import time


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def sockets(port):
    """The kernel's lines of the sockets of a port, as lists of words."""
    lines = pathlib.Path("/proc/net/udp").read_text().splitlines()[1:]
    return [line.split() for line in lines if line.split()[1].endswith(f":{port:04X}")]


def kernel_drops(port):
    """Datagrams that found a socket's buffer full."""
    return sum(int(words[-1]) for words in sockets(port))


def waiting(port):
    """Octets that nobody has read yet."""
    return sum(int(words[4].split(":")[1], 16) for words in sockets(port))


def wait_for(port, process):
    """Waits until a process listens on the port."""
    for _ in range(600):
        if sockets(port):
            return time.sleep(0.5)
        if process.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"nobody listens on port {port}")
