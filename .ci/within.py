#!/usr/bin/env python3
"""Runs a program and insists on how much memory it takes at the most.

usage: within.py MEGABYTES PROGRAM [ARGUMENT...]

Exit codes: that of the program; 3 it took more.
"""

import resource
import subprocess
import sys

limit = int(sys.argv[1])
code = subprocess.run(sys.argv[2:], check=False).returncode
most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(f"within: {most} MB at the most, of {limit} MB")
sys.exit(code if most <= limit else 3)
