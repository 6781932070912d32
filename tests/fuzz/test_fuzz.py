"""Hostile inputs: exit code 0, 1 or 2, one line of error, no hang, bounded memory.

`python -m tests.fuzz N` tries more, and prints figures.
"""

import pytest

from tests.fuzz.cases import FIFO, Case
from tests.fuzz.kinds import KINDS, tried
from tests.fuzz.media import QUICK, media
from tests.fuzz.recordings import valid_recordings
from tests.fuzz.running import Worker

# How many of each kind take about two seconds, and how many about ten.
FEW = {"tables": 20, "arrays": 25, "recordings": 6, "media": 15, "command lines": 12}
MANY = {"tables": 250, "arrays": 250, "recordings": 100, "media": 100, "command lines": 120}


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
    figures = tried(worker, KINDS[kind](), MANY[kind], seed=14)
    check(figures)
    # Enough to reach what lies behind the checks of a file, and to compare its numbers.
    assert figures.codes[0] >= (0.05 if kind == "media" else 0.2) * figures.codes.total()
    assert kind == "media" or figures.checked >= 0.02 * figures.codes.total()


@pytest.mark.slow
@pytest.mark.parametrize("wrong", ["count", "accuracy", "report"])
def test_a_wrong_number_is_found(worker, wrong):
    table = {"step_3.csv": b"label,0,1\n0,0.75,0.25\n1,0.5,0.5\n1,0.25,0.75\n0,0.9,0.1\n"}
    call = ("--out", "new", "step_3.csv")
    right = ["1 snapshot of 4 ", "; accuracy 0.75;"]
    assert not worker.run(Case("tables", "record", call, table, tuple(right))).problem
    recording = valid_recordings()[0]
    if wrong == "report":
        accuracies = {step: value + 0.01 for step, value in recording.accuracies.items()}
        case = Case("recordings", "report", ("run", "--json"), recording.files, (), accuracies)
    else:
        said = {"count": ("1 snapshot of 5 ",), "accuracy": ("; accuracy 0.5;",)}[wrong]
        case = Case("tables", "record", call, table, said)
    assert "expected" in worker.run(case).problem


def test_a_case_is_the_same_after_it_was_saved(tmp_path):
    files: dict[str, bytes | str] = {"a/b.npy": b"\0\xff", "c": FIFO}
    case = Case("arrays", "record", ("--out", "\udcff"), files, ("accuracy",), {"0": 0.5})
    assert Case.from_json(case.to_json()) == case
    case.write(tmp_path)
    assert (tmp_path / "a" / "b.npy").read_bytes() == b"\0\xff"
    assert (tmp_path / "c").is_fifo()
