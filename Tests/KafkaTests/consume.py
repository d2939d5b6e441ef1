"""Reads a topic with another client and prints the number of messages, of distinct values of `bytes`, and their sum.

usage: consume.py BROKERS TOPIC COUNT      ends when COUNT messages have arrived and no more do, or after 30 seconds without any
"""

import json
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

brokers, topic, wanted = sys.argv[1], sys.argv[2], int(sys.argv[3])
consumer = Consumer({"bootstrap.servers": brokers, "group.id": "consume.py", "enable.auto.commit": False})
partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in partitions])
messages, total, distinct, silent = 0, 0, set(), 0


def varint(data, place):
    value = shift = 0
    while True:
        octet = data[place]
        value |= (octet & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if octet < 0x80:
            return value, place


def octets(message):
    """Returns the field `bytes`, 9, of a goflow2 message with a length prefix, or that of a JSON object."""
    if message[:2] == b'{"':
        return json.loads(message)["bytes"]
    length, place = varint(message, 0)
    assert len(message) == place + length
    found = 0
    while place < len(message):
        tag, place = varint(message, place)
        value, place = varint(message, place)
        if tag & 7 == 2:
            place += value
        elif tag >> 3 == 9:
            found = value
    return found


while silent < (3 if messages >= wanted else 30):
    batch = consumer.consume(10_000, timeout=1)
    silent = 0 if batch else silent + 1
    for message in batch:
        if message.error():
            continue
        messages += 1
        value = octets(message.value())
        total += value
        distinct.add(value)
consumer.close()
print(messages, len(distinct), total)
