"""Runs cases in workers, and says which of them went wrong."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.cases import Case
from tests.support.subprocesses import ROOT, environment

# Of processor time, which a busy machine does not change; a hang is ended by the clock.
MOST_SECONDS, HANGS_AFTER = 10, 30
MOST_BYTES = 1 << 30
_LONGEST_LINE = 2000
# Of an accuracy in float32.
_CLOSE = 1e-5
_PAUSE, _ENDED_AT_BYTES = 0.1, 3 << 30
# Words of errors that say nothing of the input: somebody's code failed, and was caught.
_INTERNAL = re.compile(
    "not in list|has no attribute|NoneType|unsupported operand|index out of range|of bounds for|"
    "be broadcast|unhashable|invalid literal for|cannot unpack|subscriptable|"
    "Maximum allowed|recursion"
)
# Marks that embed, override or isolate a direction.
_TURNING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


@dataclass
class Outcome:
    """What came of a case.

    Attributes:
        code: the exit code, ``traceback``, ``hang`` or ``crash``.
        problem: what went wrong; empty if nothing did.
    """

    code: int | str
    problem: str
    seconds: float = 0
    bytes: int = 0


class Worker:
    """A process that calls commands; a context manager."""

    def __init__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
        self._process: subprocess.Popen | None = None
        self._count = 0

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_) -> None:
        self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(
                {"JAX_PLATFORMS": "cpu", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}
            ),
            cwd=ROOT,
            text=True,
        )
        if self._answer(120) is None:
            raise RuntimeError("the worker does not start")

    def _answer(self, seconds: float) -> str | None:
        """Return the next line of the worker; None if it takes longer, empty if it has ended.

        One that takes more memory than a machine can spare is ended.
        """
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            ready, _, _ = select.select([self._process.stdout], [], [], _PAUSE)
            if ready:
                return self._process.stdout.readline()
            pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
            if int(pages) * os.sysconf("SC_PAGE_SIZE") > _ENDED_AT_BYTES:
                self._process.kill()
        return None

    def run(self, case: Case) -> Outcome:
        """Run a case in a new folder."""
        if self._process is None:
            self._start()
        folder = self._folder / str(self._count)
        self._count += 1
        folder.mkdir()
        case.write(folder)
        print(
            json.dumps([str(folder), case.command, case.argv]), file=self._process.stdin, flush=True
        )
        answer = self._answer(HANGS_AFTER)
        shutil.rmtree(folder, ignore_errors=True)
        if not answer:
            self._stop()
            word = "hang" if answer is None else "crash"
            return Outcome(word, word)
        found = json.loads(answer)
        problem = _problem_of(case, found)
        return Outcome(found["code"], problem, found["seconds"], found["bytes"])


def _problem_of(case: Case, found: dict) -> str:
    """Return what is wrong with the result of a call; empty if nothing is."""
    lines = found["err"].split("\n")[:-1]
    if found["trace"]:
        return found["trace"]
    if found["code"] not in (0, 1, 2):
        return f"exit code {found['code']}"
    if found["seconds"] > MOST_SECONDS:
        return f"took {found['seconds']:.1f} s"
    if found["bytes"] > MOST_BYTES:
        return f"took {found['bytes'] / 2**30:.1f} GiB"
    foreign = [line for line in lines if not line.startswith(f"anim.{case.command}: ")]
    if foreign:
        return f"not one line of error: {foreign[0][:300]!r}"
    errors = [line for line in lines if line.startswith(f"anim.{case.command}: error: ")]
    if (len(errors) == 1) != (found["code"] != 0):
        return f"{len(errors)} lines of error with exit code {found['code']}: {found['err'][:300]}"
    if _INTERNAL.search(found["err"]):
        return f"an error of Python's own: {found['err'][:300]}"
    for line in lines:
        if _steers(line):
            return f"unprintable: {line[:300]!r}"
        if len(line) > _LONGEST_LINE:
            return f"a line of {len(line)} characters: {line[:300]}"
    wrong = "" if found["code"] else _wrong(case, found["out"], found["err"])
    if wrong:
        return wrong
    steering = _steers(found["out"].replace("\n", "").replace("\t", ""))
    return f"output holds {steering!r}" if steering else ""


def _wrong(case: Case, out: str, err: str) -> str:
    """Return which number of the output is wrong; empty if none is known to be."""
    missing = [text for text in case.says if text not in out]
    if missing:
        return f"expected {missing[0]!r} in {out[-300:]!r}"
    if case.accuracies:
        for row in [row for rows in json.loads(out).values() for row in rows]:
            known = case.accuracies.get(str(row["step"]))
            # A snapshot that cannot be read has none, and a warning says so.
            is_left_out = row["accuracy"] is None and " is damaged: " in err
            if not is_left_out and not _is_close(row["accuracy"], known):
                return f"accuracy {row['accuracy']} at step {row['step']}, expected {known}"
    return ""


def _is_close(value: float | None, known: float | None) -> bool:
    return value is not None and known is not None and abs(value - known) < _CLOSE


def _steers(text: str) -> str:
    """Return the characters of a text that break a line or turn the direction of others."""
    return "".join(
        character
        for character in text
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in _TURNING
    )


@dataclass
class Figures:
    """What came of all cases of one kind.

    Attributes:
        checked: how many succeeded and had their numbers compared with NumPy's.
    """

    codes: Counter = field(default_factory=Counter)
    checked: int = 0
    slowest: float = 0
    largest: int = 0
    failures: list[tuple[Case, str]] = field(default_factory=list)

    def add(self, case: Case, outcome: Outcome) -> None:
        """Count a case."""
        self.codes[outcome.code] += 1
        self.checked += outcome.code == 0 and bool(case.says or case.accuracies)
        self.slowest = max(self.slowest, outcome.seconds)
        self.largest = max(self.largest, outcome.bytes)
        if outcome.problem:
            self.failures.append((case, outcome.problem))
