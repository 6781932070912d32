"""Hostile inputs: exit code 0, 1 or 2, one line of error, no hang, bounded memory.

`python -m tests.fuzz N` tries more, and prints figures.
"""

import pytest

from tests.fuzz.cases import FIFO, Case
from tests.fuzz.kinds import KINDS, tried
from tests.fuzz.media import QUICK, media
from tests.fuzz.running import Worker

# How many of each kind take about two seconds, and how many about twenty.
FEW = {"tables": 25, "arrays": 40, "recordings": 8, "media": 15, "command lines": 20}
MANY = {"tables": 400, "arrays": 500, "recordings": 120, "media": 120, "command lines": 200}


@pytest.fixture(scope="module")
def worker():
    with Worker() as process:
        yield process


def check(figures):
    said = [f"{problem}\n{case.to_json()[:2000]}" for case, problem in figures.failures]
    assert not said, "\n\n".join(said)


@pytest.mark.parametrize("kind", KINDS)
def test_no_input_of_a_few_ends_in_a_traceback_or_a_hang(worker, kind):
    cases = media(QUICK) if kind == "media" else KINDS[kind]()
    check(tried(worker, cases, FEW[kind]))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_input_of_many_ends_in_a_traceback_or_a_hang(worker, kind):
    check(tried(worker, KINDS[kind](), MANY[kind], seed=14))


def test_a_case_is_the_same_after_it_was_saved(tmp_path):
    case = Case("arrays", "record", ("--out", "\udcff"), {"a/b.npy": b"\0\xff", "c": FIFO})
    assert Case.from_json(case.to_json()) == case
    case.write(tmp_path)
    assert (tmp_path / "a" / "b.npy").read_bytes() == b"\0\xff"
    assert (tmp_path / "c").is_fifo()
