"""Restarts a collector under load while its service manager keeps the sockets, and compares its store with a replay of
everything sent.

restarts.py SAGFLOW FOLDER SEED RESTARTS WORKERS

Prints a JSON object: missing rows, surplus rows, restarts, datagrams, sockets kept.
"""

import json
import random
import sys
import time

from supervision import Exporters, ManagedCollector, number

DATAGRAMS_A_SECOND = 1000

program, folder, seed, restarts, workers = sys.argv[1:6]
restarts, workers = int(restarts), int(workers)
chance = random.Random(int(seed))
exporters = Exporters(program, int(seed), 3000)
collector = ManagedCollector(
    program, folder, {"SAGFLOW_HTTP_ENABLED": "false", "SAGFLOW_AGGREGATION_ENABLED": "false"}, workers)
collector.start()
collector.wait_for("it listens", collector.is_listening)
collector.keep()
kept = sorted(collector.names)
collector.send(exporters, DATAGRAMS_A_SECOND, lasting=True)
for number_of_restart in range(restarts):
    time.sleep(chance.uniform(0.2, 1.2))
    # An upgrade stops it cleanly, a crash does not.
    (collector.stop if number_of_restart % 2 == 0 else collector.kill)()
    time.sleep(chance.choice([0, 0.3]))
    collector.start()
    collector.wait_for("it listens", collector.is_listening)
    collector.keep()
collector.end_sending()
collector.settle()
collector.stop()
drain = collector.drain()
assert drain.returncode == 0, drain.stderr
missing, surplus = collector.compare(collector.replay())
print(json.dumps({
    "missing": missing, "surplus": surplus, "restarts": restarts, "datagrams": len(collector.sent), "kept": kept,
    "keptAtTheEnd": sorted(collector.names), "rows": collector.row_count(), "drained": drain.stderr,
    "dropped": number(drain.stderr, "dropped, store too slow"),
    "kernelDrops": number(drain.stderr, "datagrams dropped by the kernel"),
    "unjournaled": number(drain.stderr, "datagrams unjournaled")}))
