#!/usr/bin/env python3
"""bench.py -- glassnet beside what is installed, on this machine, now: one training step, one prediction for one row, and the price of curvature.
The programs take turns, because a shared machine drifts; the tables give the medians of all turns and how many times faster glassnet is. A peer
that is missing is named. Goals, where there are any, are those of this project for an idle machine of its kind.

  bench/bench.py [TURNS] [--json FILE]        B in the environment: the build folder
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("B", "build")
MISSING = 77


def programs(name):
    peers = [(p, [sys.executable, "-B", "%s/peers/%s_%s.py" % (HERE, p, name)]) for p in ("numpy", "torch")]
    return [("glassnet", [os.path.join(BUILD, "bench", "bench_" + name)])] + peers


# key, title, programs, goals: shape -> microseconds
GROUPS = [
    ("step", "One training step, float32, one thread, SGD; glassnet's includes shuffling and gathering the batch", programs("step"), {}),
    ("predict", "One prediction for one row, float32, one thread", programs("predict"), {"784-128-10@1": 4, "2-16-16-1@1": 0.08}),
]
# what bench_curvature measures, by the name of its figure: words, unit, goal (at most)
CURVATURE = [
    ("gradient_ms", "gradient", "ms", None),
    ("hvp_ms", "Hessian-vector product", "ms", None),
    ("gradients", "Hessian-vector product", "gradients", 3),
    ("seconds", "largest eigenvalue, by Lanczos", "s", 30),
    ("products", "its Hessian-vector products", "", None),
]


def once(command):
    r = subprocess.run(command, capture_output=True, text=True)
    if r.returncode:
        return r.returncode, (r.stderr.strip().split("\n") or [""])[-1]
    answer = {}
    for line in r.stdout.splitlines():
        answer.update(json.loads(line))
    return 0, answer


def answers(listed, turns):
    """Every answer of every program, by name, and why a program was left out."""
    found, left_out = {}, {}
    for _ in range(turns):
        for name, command in listed:
            if name in left_out:
                continue
            status, answer = once(command)
            if status == MISSING:
                left_out[name] = answer
            elif status:
                sys.exit("%s failed with status %d: %s" % (name, status, answer))
            else:
                found.setdefault(name, []).append(answer)
    return found, left_out


def figures(values):
    return {"median": statistics.median(values), "lowest": min(values), "highest": max(values)}


def compare(key, title, listed, goals, turns):
    found, left_out = answers(listed, turns)
    rows = []
    for shape in found["glassnet"][0]["seconds"]:
        for name, each in found.items():
            row = {"shape": shape, "program": name, "version": each[0]["version"]}
            row.update(figures([a["seconds"][shape]*1e6 for a in each]))
            rows.append(row)
            if name == "glassnet":
                ours = row["median"]
                row["goal"] = goals.get(shape)
            row["ratio"] = row["median"]/ours
    return {"key": key, "title": title, "unit": "us", "rows": rows, "left_out": left_out}


def print_compared(group):
    print("%s" % group["title"])
    print("  %-15s %-17s %9s %19s %8s %6s" % ("shape", "program", "us", "", "ratio", "goal"))
    for r in group["rows"]:
        spread = "[%.4g, %.4g]" % (r["lowest"], r["highest"])
        goal = "%.4g" % r["goal"] if r.get("goal") else ""
        print(("  %-15s %-17s %9.4g %19s %7.2fx %6s" % (r["shape"], "%s %s" % (r["program"], r["version"].split("+")[0]), r["median"], spread,
                                                        r["ratio"], goal)).rstrip())
    for name, why in group["left_out"].items():
        print("  left out: %s: %s" % (name, why))
    print()


def curvature(turns):
    found, _ = answers([("glassnet", [os.path.join(BUILD, "bench", "bench_curvature")])], turns)
    rows = []
    for name, what, unit, goal in CURVATURE:
        row = {"name": name, "what": what, "unit": unit, "goal": goal}
        row.update(figures([a[name] for a in found["glassnet"]]))
        rows.append(row)
    return {"key": "curvature", "title": "Curvature of %s, float64, one thread" % found["glassnet"][0]["net"], "rows": rows}


def print_curvature(group):
    print(group["title"])
    print("  %-31s %9s %-9s %19s %6s" % ("what", "", "", "", "goal"))
    for r in group["rows"]:
        spread = "[%.4g, %.4g]" % (r["lowest"], r["highest"])
        print(("  %-31s %9.4g %-9s %19s %6s" % (r["what"], r["median"], r["unit"], spread, "<= %g" % r["goal"] if r["goal"] else "")).rstrip())
    print()


def main():
    p = argparse.ArgumentParser(description="glassnet beside what is installed")
    p.add_argument("turns", nargs="?", type=int, default=5)
    p.add_argument("--json", metavar="FILE", help="write every figure there too")
    args = p.parse_args()
    if args.turns < 1:
        p.error("at least one turn")
    print("Medians of %d turns, lowest and highest in brackets; ratio: the program's time over glassnet's, above 1 glassnet is faster\n" % args.turns)
    groups = []
    for key, title, listed, goals in GROUPS:
        groups.append(compare(key, title, listed, goals, args.turns))
        print_compared(groups[-1])
    groups.append(curvature(args.turns))
    print_curvature(groups[-1])
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump({"turns": args.turns, "groups": groups}, f, indent=1)
            f.write("\n")


if __name__ == "__main__":
    main()
