#!/usr/bin/env python3
"""bench.py -- one training step of glassnet beside what is installed, on this machine, now. The programs take turns, because a shared
machine drifts; the table gives the medians of all turns and how many times faster glassnet is. A peer that is missing is named.

  bench/bench.py [TURNS]        B in the environment: the build folder
"""
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("B", "build")
PROGRAMS = [("glassnet", [os.path.join(BUILD, "bench", "bench_step")]), ("numpy", [sys.executable, HERE + "/peers/numpy_step.py"]),
            ("torch", [sys.executable, HERE + "/peers/torch_step.py"])]
MISSING = 77


def once(command):
    r = subprocess.run(command, capture_output=True, text=True)
    if r.returncode:
        return r.returncode, (r.stderr.strip().split("\n") or [""])[-1]
    return 0, json.loads(r.stdout)


def measure(turns):
    seconds, version, left_out = {}, {}, {}
    for turn in range(turns):
        for name, command in PROGRAMS:
            if name in left_out:
                continue
            status, answer = once(command)
            if status == MISSING:
                left_out[name] = answer
                continue
            if status:
                sys.exit("%s failed with status %d: %s" % (name, status, answer))
            version[name] = answer["version"]
            for shape, s in answer["seconds"].items():
                seconds.setdefault(shape, {}).setdefault(name, []).append(s)
    return seconds, version, left_out


def main():
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    seconds, version, left_out = measure(turns)
    print("One training step, float32, one thread, SGD; medians of %d turns, lowest and highest in brackets" % turns)
    print("%-16s %-18s %12s %22s %10s" % ("shape", "program", "us a step", "", "ratio"))
    for shape, by_name in seconds.items():
        ours = statistics.median(by_name["glassnet"])
        for name, all_turns in by_name.items():
            m = statistics.median(all_turns)
            spread = "[%.1f, %.1f]" % (min(all_turns)*1e6, max(all_turns)*1e6)
            print("%-16s %-18s %12.1f %22s %9.2fx" % (shape, "%s %s" % (name, version[name].split("+")[0]), m*1e6, spread, m/ours))
    print("ratio: the program's time over glassnet's; above 1 glassnet is faster. glassnet's step includes shuffling and gathering the batch.")
    for name, why in left_out.items():
        print("left out: %s: %s" % (name, why))


if __name__ == "__main__":
    main()
