"""Try N hostile inputs by hand: ``python -m tests.fuzz 10000 [--kind KIND] [--seed S]``.

Prints a table of figures, and saves each failure as a file that ``--again FILE`` tries again.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.fuzz.cases import Case
from tests.fuzz.kinds import KINDS, tried
from tests.fuzz.running import Figures, Worker


def _table(found: dict[str, Figures]) -> str:
    lines = [
        "| kind | inputs | exit codes | read | checked | slowest | most memory | failures |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind, figures in found.items():
        codes = ", ".join(f"{code}: {n}" for code, n in sorted(figures.codes.items(), key=str))
        total = figures.codes.total()
        lines.append(
            f"| {kind} | {total} | {codes} | {figures.codes[0] / max(total, 1):.0%} "
            f"| {figures.checked} | {figures.slowest:.1f} s | {figures.largest / 2**20:.0f} MiB "
            f"| {len(figures.failures)} |"
        )
    return "\n".join(lines)


def _save(folder: Path, case: Case, problem: str, number: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{case.kind.replace(' ', '_')}_{number}.json"
    path.write_text(case.to_json())
    lines = problem.strip().splitlines()
    print(f"\n{path}: anim.{case.command} {case.argv!r:.300}\n  {lines[0][:300]}")
    print("\n".join(f"  {line[:300]}" for line in lines[-4:] if len(lines) > 1), flush=True)


def main() -> int:
    """Try inputs; return 1 if one failed."""
    parser = argparse.ArgumentParser(prog="tests.fuzz", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=1000)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--again", type=Path, help="a saved failure")
    parser.add_argument("--save", type=Path, default=Path("fuzz-failures"))
    arguments = parser.parse_args()
    with Worker() as worker:
        if arguments.again:
            case = Case.from_json(arguments.again.read_text())
            outcome = worker.run(case)
            print(f"anim.{case.command} {case.argv}\nexit code {outcome.code}\n{outcome.problem}")
            return int(bool(outcome.problem))
        kinds = arguments.kind or list(KINDS)
        found = {}
        print(f"seed {arguments.seed}")
        for kind in kinds:
            count = arguments.count // len(kinds)
            found[kind] = tried(worker, KINDS[kind](), count, seed=arguments.seed)
            for number, (case, problem) in enumerate(found[kind].failures):
                _save(arguments.save, case, problem, number)
    print(_table(found))
    return int(any(figures.failures for figures in found.values()))


if __name__ == "__main__":
    sys.exit(main())
