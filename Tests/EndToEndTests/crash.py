"""Kills a collector repeatedly under load, and compares its store with a replay of everything sent.

crash.py SAGFLOW FOLDER SEED KILLS AGGREGATION WORKERS

Prints a JSON object: missing rows, surplus rows, kills, datagrams.
"""

import json
import random
import sys
import time

from supervision import Collector, Exporters

SECONDS_A_LIFE = 0.9
DATAGRAMS_A_SECOND = 2500

program, folder, seed, kills, aggregation, workers = sys.argv[1:7]
kills = int(kills)
chance = random.Random(int(seed))
exporters = Exporters(program, int(seed), max(3000, int(DATAGRAMS_A_SECOND * (SECONDS_A_LIFE + 0.2) * kills)))
collector = Collector(
    program, folder, {"SAGFLOW_HTTP_ENABLED": "false", "SAGFLOW_AGGREGATION_ENABLED": aggregation}, int(workers))
collector.start()
collector.send(exporters, DATAGRAMS_A_SECOND)
for _ in range(kills):
    time.sleep(chance.uniform(0.02, 2 * SECONDS_A_LIFE - 0.02))
    collector.kill()
    # Sometimes stays down for a while.
    time.sleep(chance.choice([0, 0, 0.2]))
    collector.start()
collector.sender.join()
collector.settle()
collector.stop()
drain = collector.drain()
assert drain.returncode == 0, drain.stderr
missing, surplus = collector.compare(collector.replay())
parts, left = collector.remains()
print(json.dumps({
    "missing": missing, "surplus": surplus, "kills": kills, "datagrams": len(collector.sent),
    "rows": collector.row_count(), "parts": parts, "left": left, "drained": drain.stderr}))
