#!/usr/bin/env python3
"""Counts the hits of eviction policies on the recorded trace and writes replay.csv.

A second implementation, made from the published descriptions and from nothing of the package:

  FIFO, LRU  the usual ones.
  SIEVE      Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024: new keys at the head, a bit set on a hit; the hand goes
             from the tail to the head and clears bits, wraps to the tail, and stays at the neighbour of its victim.
  S3-FIFO    Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023: small queue of a tenth, main queue
             of the rest, ghosts of nine tenths, hits counted up to 3; two hits carry a key from small to main. Until the
             first eviction new keys go to the main queue once the small one is full, as in the authors' simulator.

A miss is always inserted, after what has to leave for it. With weights a request for more than the capacity is not
cached, and the weight of an entry is that of the request which inserted it.

Usage: cd Fixtures/golden && python3 make_replay.py
"""

import subprocess
from collections import OrderedDict, deque


class FIFO:
    moves = False

    def __init__(self, capacity):
        self.capacity, self.weight, self.entries = capacity, 0, OrderedDict()

    def request(self, key, weight):
        if key in self.entries:
            if self.moves:
                self.entries.move_to_end(key)
            return True
        if weight > self.capacity:
            return False
        while self.weight + weight > self.capacity:
            self.weight -= self.entries.popitem(last=False)[1]
        self.entries[key] = weight
        self.weight += weight
        return False


class LRU(FIFO):
    moves = True


class SIEVE:
    """A doubly linked list of [key, weight, visited, newer, older]."""

    def __init__(self, capacity):
        self.capacity, self.weight, self.nodes = capacity, 0, {}
        self.head = self.tail = self.hand = None

    def request(self, key, weight):
        node = self.nodes.get(key)
        if node:
            node[2] = True
            return True
        if weight > self.capacity:
            return False
        while self.weight + weight > self.capacity:
            self.evict()
        node = [key, weight, False, None, self.head]
        if self.head:
            self.head[3] = node
        else:
            self.tail = node
        self.head = self.nodes[key] = node
        self.weight += weight
        return False

    def evict(self):
        node = self.hand or self.tail
        while node[2]:
            node[2] = False
            node = node[3] or self.tail
        key, weight, _, newer, older = node
        self.hand = newer
        if newer:
            newer[4] = older
        else:
            self.head = older
        if older:
            older[3] = newer
        else:
            self.tail = newer
        del self.nodes[key]
        self.weight -= weight


class S3FIFO:
    """Unit weights only."""

    def __init__(self, capacity):
        self.capacity, self.small_room, self.ghost_room = capacity, capacity // 10, capacity * 9 // 10
        self.small, self.main, self.ghosts = deque(), deque(), OrderedDict()
        self.counts, self.has_evicted = {}, False

    def request(self, key, weight):
        if key in self.counts:
            self.counts[key] = min(3, self.counts[key] + 1)
            return True
        returns = self.ghosts.pop(key, None) is not None
        while len(self.counts) + 1 > self.capacity:
            self.evict()
        warms_up = not self.has_evicted and len(self.small) + 1 > self.small_room
        (self.main if returns or warms_up else self.small).append(key)
        self.counts[key] = 0
        return False

    def evict(self):
        self.has_evicted = True
        # The queue is chosen once: what leaves small for main may push main over its share until the next eviction.
        if len(self.main) <= self.capacity - self.small_room:
            while self.small:
                key = self.small.popleft()
                if self.counts[key] < 2:
                    del self.counts[key]
                    self.ghosts[key] = True
                    if len(self.ghosts) > self.ghost_room:
                        self.ghosts.popitem(last=False)
                    return
                self.counts[key] = 0
                self.main.append(key)
        while True:
            key = self.main.popleft()
            if self.counts[key] == 0:
                del self.counts[key]
                return
            self.counts[key] -= 1
            self.main.append(key)


def main():
    text = subprocess.run(
        ["zstd", "-dcq", "../traces/swift-build.csv.zst"], check=True, capture_output=True, text=True).stdout
    fields = [line.split(",") for line in text.splitlines()[1:]]
    keys = [field[1] for field in fields]
    weights = [max(1, int(field[2])) for field in fields]
    total = sum(dict(zip(keys, weights)).values())
    kinds = {"fifo": FIFO, "lru": LRU, "sieve": SIEVE, "s3-fifo": S3FIFO}
    with open("replay.csv", "w") as out:
        out.write("policy,weight,capacity,requests,hits\n")
        for name, kind in kinds.items():
            for unit, whole, sizes in [("one", len(set(keys)), None), ("size", total, weights)]:
                if unit == "size" and kind is S3FIFO:
                    continue
                for percent in (1, 10):
                    cache = kind(whole * percent // 100)
                    hits = sum(cache.request(key, sizes[n] if sizes else 1) for n, key in enumerate(keys))
                    out.write(f"{name},{unit},{cache.capacity},{len(keys)},{hits}\n")


if __name__ == "__main__":
    main()
