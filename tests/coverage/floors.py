"""Sums up an lcov file floor by floor, without the tests that lie in `src`."""

import re
import sys
from collections import defaultdict
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src"
TESTS = re.compile(r"(^|/|_)tests?(\.rs|/)|^fuzzing|/fuzzing\.rs$|/linear\.rs$|pages/build\.rs$")


def shipped(path):
    """How many lines of a file are no unit tests: they stand at its end."""
    text = path.read_text()
    tests = re.search(r"^#\[cfg\(.*\btest\b.*\]\nmod \w+ \{", text, re.M)
    return text.count("\n", 0, tests.start()) if tests else text.count("\n") + 1


def read(lcov):
    """For each file its lines and branches: is each of them run?"""
    files, path, end = {}, None, 0
    for record in lcov.read_text().splitlines():
        kind, _, value = record.partition(":")
        if kind == "SF":
            path = Path(value).resolve().relative_to(SRC).as_posix()
            files[path] = ({}, {})
            end = shipped(SRC / path)
        elif kind in ("DA", "BRDA"):
            *place, count = value.split(",")[: 2 if kind == "DA" else 4]
            place = tuple(map(int, place))
            if place[0] <= end:
                files[path][kind == "BRDA"][place] = count not in ("0", "-")
    return {path: both for path, both in files.items() if not TESTS.search(path)}


def percent(run):
    return f"{100 * sum(run) / len(run):.1f} % of {len(run)}" if run else "none"


def main():
    files = read(Path(sys.argv[1]))
    floors = defaultdict(lambda: ([], []))
    for path, both in files.items():
        floor = path.split("/")[0].removesuffix(".rs")
        for name in (floor, "all"):
            for sums, run in zip(floors[name], both):
                sums.extend(run.values())
    print("| floor | lines | branches |\n|---|---|---|")
    for name in sorted(floors, key=lambda name: (name == "all", name)):
        lines, branches = floors[name]
        print(f"| {name} | {percent(lines)} | {percent(branches)} |")
    with open(sys.argv[2], "w") as missed:
        for path, (lines, branches) in sorted(files.items()):
            for (line,), run in lines.items():
                if not run:
                    print(f"src/{path}:{line}: line", file=missed)
            for (line, _, way), run in branches.items():
                if not run:
                    print(f"src/{path}:{line}: branch {way % 2 == 0}", file=missed)


main()
