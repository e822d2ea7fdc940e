"""`python benchmarks/run.py [NAME …] [--runs N] [--sizes N …] [--json FILE]`: the figures, as a table and as JSON.

Needs Checkov in the Python that runs it. Compare figures of one run only: another machine has others, and so has a busy one.
"""

from __future__ import annotations

import argparse
import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import checks_alone
import scans
import start_up
import templates_at_bounds
import verdicts
from measured import Figure, machine

BENCHMARKS: dict[str, Callable[..., Iterator[Figure]]] = {
    "start-up": start_up.measure,
    "verdicts": verdicts.measure,
    "checks": checks_alone.measure,
    "scans": scans.measure,
    "templates": templates_at_bounds.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"{', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument("--runs", type=int, default=5, help="how often each thing is measured (default: 5)")
    parser.add_argument("--sizes", type=int, nargs="+", help="how many queues, where a benchmark has sizes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the figures as well")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}: there are {', '.join(BENCHMARKS)}")
    on = machine()
    print(", ".join(f"{what} {value}" for what, value in on.items()))
    found: list[dict[str, Any]] = []
    for name in arguments.names or BENCHMARKS:
        measure = BENCHMARKS[name]
        has_sizes = arguments.sizes and "sizes" in inspect.signature(measure).parameters
        print(f"\n{name}")
        for one in measure(arguments.runs, **({"sizes": arguments.sizes} if has_sizes else {})):
            spread = f"({one.least:.3g} to {one.most:.3g}, {one.runs} runs)"
            print(f"  {one.subject:<40} {one.measure:<36} {one.median:>8.3g} {one.unit:<6} {spread}", flush=True)
            found.append({"benchmark": name, **one._asdict()})
    if arguments.json:
        text = json.dumps({"machine": on, "figures": found}, indent=2, ensure_ascii=False)
        arguments.json.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
