#!/usr/bin/env python3
"""Counts the hits of eviction policies on the recorded trace and writes replay.csv.

A second implementation, made from the published descriptions and from nothing of the package:

  FIFO, LRU  the usual ones.
  SIEVE      Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024: new keys at the head, a bit set on a hit; the hand goes
             from the tail to the head and clears bits, wraps to the tail, and stays at the neighbour of its victim.
  S3-FIFO    Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023: small queue of a tenth, main queue
             of the rest, ghosts of nine tenths, hits counted up to 3; two hits carry a key from small to main. Until the
             first eviction new keys go to the main queue once the small one is full, as in the authors' simulator.
  CLOCK      Corbato 1968: a bit, set on a hit; the oldest key leaves unless its bit is set, which sends it to the newest end.
  LFU        counts from 1 that are forgotten with their key; of the lowest, the key whose last request is the oldest leaves.
  SLRU       Karedla et al. 1994: four fifths are protected; a hit on probation protects, what overflows goes back on probation.
  2Q         Johnson and Shasha, VLDB 1994, the full version: a quarter for the first queue, ghosts for a half.
  ARC        Megiddo and Modha, FAST 2003, figure 4, line by line.
  LIRS       Jiang and Zhang, SIGMETRICS 2002, as the authors' program: two keys of the queue at least, and a request for the same
             key as the one before changes nothing. Ghosts are bounded by three times the capacity, the first to leave forgotten.
  random     any key, by the draws of SplitMix64 from seed 1: the high half of a draw times the number of keys.

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


class CLOCK:
    """Unit weights only, as all that follow."""

    def __init__(self, capacity):
        self.capacity, self.entries = capacity, OrderedDict()

    def request(self, key, weight):
        if key in self.entries:
            self.entries[key] = True
            return True
        while len(self.entries) >= self.capacity:
            oldest, is_marked = self.entries.popitem(last=False)
            if is_marked:
                self.entries[oldest] = False
        self.entries[key] = False
        return False


class LFU:
    """For each count an ordered set of keys."""

    def __init__(self, capacity):
        self.capacity, self.counts, self.keys = capacity, {}, {}

    def request(self, key, weight):
        count = self.counts.get(key)
        if count is None:
            if len(self.counts) >= self.capacity:
                lowest = min(c for c, keys in self.keys.items() if keys)
                del self.counts[self.keys[lowest].popitem(last=False)[0]]
        else:
            del self.keys[count][key]
            if not self.keys[count]:
                del self.keys[count]
        self.counts[key] = (count or 0) + 1
        self.keys.setdefault(self.counts[key], OrderedDict())[key] = True
        return count is not None


class SLRU:
    def __init__(self, capacity):
        self.capacity, self.room = capacity, capacity * 4 // 5
        self.probation, self.protected = OrderedDict(), OrderedDict()

    def request(self, key, weight):
        if key in self.protected:
            self.protected.move_to_end(key)
            return True
        if key in self.probation:
            del self.probation[key]
            self.protected[key] = True
            if len(self.protected) > self.room:
                self.probation[self.protected.popitem(last=False)[0]] = True
            return True
        if len(self.probation) + len(self.protected) >= self.capacity:
            (self.probation or self.protected).popitem(last=False)
        self.probation[key] = True
        return False


class TwoQ:
    def __init__(self, capacity):
        self.capacity, self.room, self.ghost_room = capacity, max(1, capacity // 4), max(1, capacity // 2)
        self.first, self.hot, self.ghosts = OrderedDict(), OrderedDict(), OrderedDict()

    def request(self, key, weight):
        if key in self.hot:
            self.hot.move_to_end(key)
            return True
        if key in self.first:
            return True
        returns = key in self.ghosts
        if len(self.first) + len(self.hot) >= self.capacity:
            if len(self.first) > self.room or not self.hot:
                self.ghosts[self.first.popitem(last=False)[0]] = True
                if len(self.ghosts) > self.ghost_room:
                    self.ghosts.popitem(last=False)
            else:
                self.hot.popitem(last=False)
        self.ghosts.pop(key, None)
        (self.hot if returns else self.first)[key] = True
        return False


class ARC:
    def __init__(self, capacity):
        self.c, self.p = capacity, 0.0
        self.t1, self.t2, self.b1, self.b2 = (OrderedDict() for _ in range(4))

    def replace(self, key):
        if self.t1 and (len(self.t1) > self.p or (key in self.b2 and len(self.t1) == self.p)):
            self.b1[self.t1.popitem(last=False)[0]] = True
        else:
            self.b2[self.t2.popitem(last=False)[0]] = True

    def request(self, key, weight):
        if key in self.t1 or key in self.t2:
            self.t1.pop(key, None)
            self.t2.pop(key, None)
            self.t2[key] = True
            return True
        if key in self.b1:
            self.p = min(self.p + max(len(self.b2) / len(self.b1), 1), self.c)
            self.replace(key)
            del self.b1[key]
            self.t2[key] = True
            return False
        if key in self.b2:
            self.p = max(self.p - max(len(self.b1) / len(self.b2), 1), 0)
            self.replace(key)
            del self.b2[key]
            self.t2[key] = True
            return False
        if len(self.t1) + len(self.b1) == self.c:
            if len(self.t1) < self.c:
                self.b1.popitem(last=False)
                self.replace(key)
            else:
                self.t1.popitem(last=False)
        else:
            total = len(self.t1) + len(self.t2) + len(self.b1) + len(self.b2)
            if total >= self.c:
                if total == 2 * self.c:
                    self.b2.popitem(last=False)
                self.replace(key)
        self.t1[key] = True
        return False


class LIRS:
    """The stack with its ghosts, oldest first, and the queue."""

    def __init__(self, capacity):
        self.capacity, self.room = capacity, capacity - max(2, capacity // 100)
        self.stack, self.queue, self.low, self.ghosts = OrderedDict(), OrderedDict(), set(), OrderedDict()
        self.last = None

    def prune(self):
        while self.stack:
            bottom = next(iter(self.stack))
            if bottom in self.low:
                return
            del self.stack[bottom]
            self.ghosts.pop(bottom, None)

    def raise_(self, key):
        self.stack.pop(key, None)
        self.stack[key] = True

    def make_low(self, key):
        self.low.add(key)
        if len(self.low) > self.room:
            self.prune()
            bottom = self.stack.popitem(last=False)[0]
            self.low.remove(bottom)
            self.queue[bottom] = True

    def request(self, key, weight):
        if key == self.last:
            return True
        self.last = key
        was_in_stack = key in self.stack
        is_hit = key in self.low or key in self.queue
        if not is_hit:
            self.ghosts.pop(key, None)
            if len(self.low) + len(self.queue) >= self.capacity:
                victim = self.queue.popitem(last=False)[0]
                if victim in self.stack:
                    self.ghosts[victim] = True
                    if len(self.ghosts) > 3 * self.capacity:
                        del self.stack[self.ghosts.popitem(last=False)[0]]
        self.raise_(key)
        if key not in self.low:
            self.queue.pop(key, None)
            if was_in_stack or (not is_hit and len(self.low) < self.room):
                self.make_low(key)
            else:
                self.queue[key] = True
        self.prune()
        return is_hit


class Random:
    def __init__(self, capacity):
        self.capacity, self.keys, self.places, self.state = capacity, [], {}, 1

    def draw(self):
        mask = 2**64 - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        mixed = self.state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & mask
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
        return mixed ^ (mixed >> 31)

    def request(self, key, weight):
        if key in self.places:
            return True
        if len(self.keys) >= self.capacity:
            place = self.draw() * len(self.keys) >> 64
            del self.places[self.keys[place]]
            last = self.keys.pop()
            if place < len(self.keys):
                self.keys[place], self.places[last] = last, place
        self.places[key] = len(self.keys)
        self.keys.append(key)
        return False


def main():
    text = subprocess.run(
        ["zstd", "-dcq", "../traces/swift-build.csv.zst"], check=True, capture_output=True, text=True).stdout
    fields = [line.split(",") for line in text.splitlines()[1:]]
    keys = [field[1] for field in fields]
    weights = [max(1, int(field[2])) for field in fields]
    total = sum(dict(zip(keys, weights)).values())
    weighed = {"fifo": FIFO, "lru": LRU, "sieve": SIEVE}
    kinds = weighed | {
        "s3-fifo": S3FIFO, "clock": CLOCK, "lfu": LFU, "slru": SLRU, "2q": TwoQ, "arc": ARC, "lirs": LIRS, "random": Random}
    with open("replay.csv", "w") as out:
        out.write("policy,weight,capacity,requests,hits\n")
        for name, kind in kinds.items():
            for unit, whole, sizes in [("one", len(set(keys)), None), ("size", total, weights)]:
                if unit == "size" and name not in weighed:
                    continue
                for percent in (1, 10):
                    cache, capacity = kind(whole * percent // 100), whole * percent // 100
                    hits = sum(cache.request(key, sizes[n] if sizes else 1) for n, key in enumerate(keys))
                    out.write(f"{name},{unit},{capacity},{len(keys)},{hits}\n")


if __name__ == "__main__":
    main()
