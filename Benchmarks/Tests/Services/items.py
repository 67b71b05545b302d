#!/usr/bin/env python3
"""A small service with a cache, to be driven over HTTP: protected against duplicates, or not.

    items.py PORT protected|unprotected

/items/KEY makes the item of a key, once or whenever it is not cached yet; POST /orders makes one for each Idempotency-Key.
Each execution has a number, which is in the answer. /executions tells how many there were.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, protected = int(sys.argv[1]), {"protected": True, "unprotected": False}[sys.argv[2]]
lock, locks, cache, executions = threading.Lock(), {}, {}, 0


def execute(key):
    """The work: it takes 20 ms, and should be done once a key."""
    global executions
    with lock:
        executions += 1
        number = executions
    time.sleep(0.02)
    return {"key": key, "made": {"execution": number}}


def item(key):
    if key in cache:
        return cache[key]
    if not protected:
        # Check, then act: all who come before the item is there make it, too.
        cache[key] = execute(key)
        return cache[key]
    with lock:
        own = locks.setdefault(key, threading.Lock())
    with own:
        if key not in cache:
            cache[key] = execute(key)
        return cache[key]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/executions":
            return self.answer({"count": {"executions": executions}})
        self.answer(item(self.path))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(item("order %s %s" % (self.headers["Idempotency-Key"], json.loads(body)["order"])))

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 1024


Server(("127.0.0.1", port), Handler).serve_forever()
