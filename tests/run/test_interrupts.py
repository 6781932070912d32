"""Ctrl-C at any line of the recorder loses nothing, locks nothing and garbles nothing."""

import gc
import shutil
import sys

import pytest

import anim
from anim.run import collecting
from anim.run.store import chunks
from tests.support.interrupts import interrupt, lines_of
from tests.support.recordings import CLASSES, LABELS, check_recording, logits, loss, record

# An interrupt just before a file is closed leaves that to the collection of garbage.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
OPTIONS = {"labels": LABELS, "classes": CLASSES}
# The first line and the lines between two interrupts: all lines, in four parts that workers share,
# or some of them where the time is short.
PARTS = [*(pytest.param(first, 4, marks=pytest.mark.slow) for first in range(4)), (0, 47)]

# Lines that run, or not, as the recorder waits for its thread.
WAITING = 40


class Session:
    """Records snapshots until it is interrupted.

    Attributes:
        recorder: kept, as an interrupted notebook keeps its variables.
        tried: the steps that were to be recorded.
    """

    def __init__(self, path):
        self.path = path
        self.recorder = None
        self.tried = []

    def snapshot(self, step):
        self.tried.append(step)
        self.recorder.snapshot(step, logits=logits(step), metrics={"loss": loss(step)})

    def collect(self, step):
        self.tried.append(step)
        with self.recorder.collecting(step, metrics={"loss": loss(step)}) as part:
            for rows in (slice(0, 200), slice(200, 300)):
                part.add(logits=logits(step)[rows], labels=LABELS[rows])

    def __call__(self):
        self.recorder = anim.Recorder(self.path, **OPTIONS, resume=True)
        self.snapshot(10)
        self.collect(20)
        self.recorder.flush()
        self.snapshot(30)
        self.snapshot(40)
        self.recorder.close()


def begun(path):
    """A session that goes on with a snapshot at step 0, recorded once and copied."""
    kept = path.with_name("begun")
    if not kept.exists():
        record(kept, [0])
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(kept, path)
    return Session(path)


def steps_of(path):
    steps = anim.open(path).steps.tolist()
    check_recording(path, steps)
    return steps


@pytest.fixture(params=[1, pytest.param(6, marks=pytest.mark.slow)])
def thinned(request, monkeypatch):
    """One in how many lines is tried; of the fewer, rows that are collected wait on the disk."""
    if request.param > 1:
        monkeypatch.setattr(collecting, "_IN_MEMORY", 0)
        monkeypatch.setattr(chunks, "_IN_FLIGHT", 512)
    return request.param


@pytest.mark.parametrize(("first", "stride"), PARTS)
def test_an_interrupt_at_any_line_leaves_a_recording_that_can_be_resumed(
    tmp_path, thinned, first, stride
):
    path = tmp_path / "r"
    lines = lines_of(begun(path))
    assert lines > 100
    for line in range(first, lines, stride * thinned):
        session = begun(path)
        if not interrupt(session, line):
            # It did not wait as long as before.
            assert line > lines - WAITING
            break
        # In a notebook, the exception and the recorder are still there.
        with anim.Recorder(path, **OPTIONS, resume=True) as recorder:
            kept = [0, *session.tried]
            assert recorder.last_step in kept[-2:]
            recorder.snapshot(50, logits=logits(50), metrics={"loss": loss(50)})
        steps = steps_of(path)
        assert steps in ([*kept, 50], [*kept[:-1], 50])


@pytest.mark.parametrize(("first", "stride"), PARTS)
def test_the_step_that_was_interrupted_is_recorded_once(tmp_path, thinned, first, stride):
    for name in ("snapshot", "collect"):
        path = tmp_path / "r"
        session = begun(path)
        session.recorder = anim.Recorder(path, **OPTIONS, resume=True)
        lines = lines_of(lambda: getattr(session, name)(10))  # noqa: B023
        session.recorder.close()
        for line in range(first, lines, stride * thinned):
            session = begun(path)
            session.recorder = anim.Recorder(path, **OPTIONS, resume=True)
            if not interrupt(lambda: getattr(session, name)(10), line):  # noqa: B023
                assert line > lines - WAITING
                session.recorder.close()
                break
            if session.recorder.last_step == 0:
                getattr(session, name)(10)
            else:
                with pytest.raises(ValueError, match="expected a step after 10, got 10"):
                    getattr(session, name)(10)
            getattr(session, name)(20)
            session.recorder.close()
            assert steps_of(path) == [0, 10, 20]


@pytest.mark.parametrize(("first", "stride"), PARTS)
@pytest.mark.parametrize("options", [{}, {"overwrite": True}, {"resume": 0}])
def test_an_interrupt_while_a_recorder_is_made_does_not_lock_its_path(
    tmp_path, first, stride, options
):
    path = tmp_path / "r"

    def make():
        made.append(anim.Recorder(path, **OPTIONS, **options))

    def begin():
        made.clear()
        if options:
            begun(path)
        else:
            shutil.rmtree(path, ignore_errors=True)

    made = []
    begin()
    lines = lines_of(make)
    for line in range(first, lines, stride):
        begin()
        assert interrupt(make, line)
        again = {"resume": True} if "resume" in options else {"overwrite": True}
        record(path, [50], **again)
        assert steps_of(path) in ([50], [0, 50])
    made.clear()


@pytest.mark.parametrize(("first", "stride"), PARTS)
def test_an_interrupt_of_the_writing_thread_is_an_error_and_leaves_no_hole(
    tmp_path, thinned, first, stride
):
    path = tmp_path / "r"
    lines = lines_of(begun(path), in_thread=True)
    assert lines > 50
    for line in range(first, lines, stride * thinned):
        session = begun(path)
        error = None
        try:
            interrupt(session, line, in_thread=True)
        except anim.RecordingError as raised:
            error = str(raised)
        session.recorder.close()
        steps = steps_of(path)
        assert steps == [0, 10, 20, 30, 40][: len(steps)]
        if len(steps) < 5:
            assert "could not be written, and nothing after it is recorded" in error
        record(path, [50], resume=True)
        assert steps_of(path) == [*steps, 50]


def test_an_interrupted_recorder_is_released_when_it_is_forgotten(tmp_path):
    session = begun(tmp_path / "r")
    assert interrupt(session, 60)
    del session
    sys.last_value = None
    gc.collect()
    record(tmp_path / "r", [50], resume=True)
