"""An error in a callback ends the recording, and never the training."""

import copy
import pickle
import re

import numpy as np
import pytest

import anim
from anim.integrations.base import CallbackRecorder, guarded
from anim.run.store.writer import Writer

LABELS = np.arange(30) % 3
LOGITS = np.random.default_rng(0).normal(size=(30, 3)) * 3


def logits():
    return LOGITS


class Callback:
    """A callback of no framework."""

    def __init__(self, path=None, labels=LABELS, *, on_error="warn", **options):
        self._recorder = CallbackRecorder(
            path, labels, every=None, outputs=None, options=options, on_error=on_error
        )
        self.run = self._recorder.run

    @guarded
    def begin(self):
        self._recorder.begin()

    @guarded
    def step(self, step, predict=logits, metrics=None):
        self._recorder.take(step, predict, metrics)

    @guarded
    def end(self):
        self._recorder.end()


def failing(error):
    def predict():
        raise error

    return predict


@pytest.mark.parametrize(
    ("predict", "words"),
    [
        (failing(RuntimeError("CUDA out of memory")), "RuntimeError: CUDA out of memory"),
        (failing(TypeError("forward() got 'idx'\n  in line 2")), "TypeError: forward.* in line 2"),
        (failing(StopIteration()), "StopIteration: "),
        (lambda: LOGITS[:20], r"ValueError: logits: expected shape \[30, K\]"),
        (lambda: np.full_like(LOGITS, np.nan), "NotFiniteError: "),
        (lambda: np.arange(30) % 3 == 0, "ValueError: outputs: expected 'logits' or 'probs'"),
        (lambda: None, "SettingError: predictions: expected an array, got None"),
    ],
)
def test_an_error_is_reported_once_on_one_line_and_the_training_goes_on(tmp_path, predict, words):
    callback = Callback(tmp_path / "run")
    callback.begin()
    callback.step(0)
    with pytest.warns(UserWarning, match=f"stopped at step 7: {words}") as caught:
        callback.step(7, predict)
    for step in (8, 9):
        callback.step(step)
    callback.end()
    (warning,) = caught
    assert "\n" not in str(warning.message)
    assert str(tmp_path / "run") in str(warning.message)
    # What was committed stays, and the path is free.
    assert anim.open(tmp_path / "run").steps.tolist() == [0]
    anim.Recorder(tmp_path / "run", labels=LABELS, resume=True).close()


def test_raise_raises_the_error_and_frees_the_path(tmp_path):
    callback = Callback(tmp_path / "run", on_error="raise")
    callback.begin()
    callback.step(0)
    with pytest.raises(RuntimeError, match="of the user's model"):
        callback.step(1, failing(RuntimeError("of the user's model")))
    anim.Recorder(tmp_path / "run", labels=LABELS, resume=True).close()
    # The end of a `with` block does not hide the error by another one.
    callback.end()
    # The next training continues the recording, as after an interrupt.
    callback.begin()
    callback.step(2)
    callback.end()
    assert anim.open(tmp_path / "run").steps.tolist() == [0, 2]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_ends_the_training_anyway_passes(error):
    callback = Callback()
    callback.begin()
    with pytest.raises(error):
        callback.step(0, failing(error()))


def test_a_training_after_an_interrupt_continues_the_recording(tmp_path):
    callback = Callback(tmp_path / "run")
    for first in (True, False):
        callback.begin()
        callback.step(0)
        callback.step(4)
        if first:
            with pytest.raises(KeyboardInterrupt):
                callback.step(5, failing(KeyboardInterrupt()))
    callback.end()
    assert anim.open(tmp_path / "run").steps.tolist() == [0, 4, 8]


def occupied(path):
    with anim.Recorder(path, labels=LABELS) as recorder:
        recorder.snapshot(3, logits=LOGITS)


def a_file(path):
    path.write_text("something else")


def something_else(path):
    path.mkdir()
    (path / "notes.txt").write_text("something else")


@pytest.mark.parametrize("on_error", ["warn", "raise"])
@pytest.mark.parametrize(
    ("there", "words"),
    [
        (occupied, "already a recording at .* resume=True continues it, overwrite=True replaces"),
        (a_file, "is a file, not a folder"),
        (something_else, "is not a recording"),
    ],
)
def test_what_is_at_the_path_is_refused_before_the_training(tmp_path, on_error, there, words):
    there(tmp_path / "run")
    with pytest.raises(anim.RecordingError, match=words):
        Callback(tmp_path / "run", on_error=on_error)


def test_a_recorder_of_this_process_that_is_still_open_is_refused_before_the_training(tmp_path):
    earlier = Callback(tmp_path / "run")
    earlier.begin()
    earlier.step(0)
    with pytest.raises(anim.RecordingError, match="there is already a recording"):
        Callback(tmp_path / "run")
    earlier.end()


@pytest.mark.parametrize(
    ("option", "steps"), [({"resume": True}, [3, 4]), ({"overwrite": True}, [1])]
)
def test_a_recording_that_may_be_there_is_no_error(tmp_path, option, steps):
    occupied(tmp_path / "run")
    callback = Callback(tmp_path / "run", **option)
    callback.begin()
    callback.step(1)
    callback.end()
    assert anim.open(tmp_path / "run").steps.tolist() == steps


def test_a_url_is_refused_before_the_training():
    with pytest.raises(ValueError, match="path: expected a folder, or a URL"):
        Callback("http://bucket/run")


@pytest.mark.parametrize("there", [occupied, a_file])
def test_a_path_that_was_free_and_is_taken_now_is_an_error_of_the_recording_only(tmp_path, there):
    callback = Callback(tmp_path / "run")
    there(tmp_path / "run")
    with pytest.warns(UserWarning, match="stopped before the first snapshot: RecordingError: "):
        callback.begin()
    callback.step(0)
    callback.end()
    with pytest.raises(RuntimeError, match=r"run: recording at .* RecordingError"):
        callback.run()
    if there is occupied:
        assert anim.open(tmp_path / "run").steps.tolist() == [3]


@pytest.mark.parametrize("failing_at", ["append", "close"])
def test_a_full_disk_is_an_error_of_the_recording_only(tmp_path, monkeypatch, failing_at):
    callback = Callback(tmp_path / "run")
    callback.begin()
    callback.step(0)
    callback.end()
    callback.begin()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Writer, failing_at, full)
    with pytest.warns(UserWarning, match="OSError: .* No space left on device"):
        for step in range(1, 5):
            callback.step(step)
        callback.end()
    monkeypatch.undo()
    assert anim.open(tmp_path / "run").steps[0] == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"clases": ["a", "b", "c"]}, "unexpected keyword argument 'clases'"),
        ({"keep": "float8"}, "keep: expected one of"),
        ({"nan": "ignore"}, "nan: expected one of"),
        ({"on_error": "ignore"}, "on_error: expected one of warn, raise"),
        ({"classes": ["a", "a"]}, "classes: expected distinct names"),
        ({"resume": True, "overwrite": True}, "resume: cannot be used with overwrite"),
        ({"labels": ["cat", "dog"]}, "labels that are names need classes="),
        ({"labels": np.arange(30) % 3 - 100}, "labels: expected non-negative integers"),
    ],
)
def test_a_wrong_call_of_the_constructor_raises_at_once(tmp_path, wrong, words):
    with pytest.raises((TypeError, ValueError), match=re.escape(words)):
        Callback(tmp_path / "run", **wrong)


def test_the_path_is_that_of_the_working_directory_when_the_callback_was_made(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    callback = Callback("run")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    callback.begin()
    callback.step(0)
    callback.end()
    assert anim.open(tmp_path / "run").steps.tolist() == [0]


def test_values_that_contradict_the_first_snapshot_are_refused():
    probs = np.exp(LOGITS) / np.exp(LOGITS).sum(1, keepdims=True)
    for first, later in ((probs, LOGITS), (LOGITS, probs)):
        callback = Callback()
        callback.begin()
        callback.step(0, lambda first=first: first)
        with pytest.warns(UserWarning, match="outputs: the predictions look like .* before"):
            callback.step(1, lambda later=later: later)
        assert callback.run().steps.tolist() == [0]


def test_one_sigmoid_a_class_is_refused_and_zeros_are_logits():
    callback = Callback()
    callback.begin()
    with pytest.warns(
        UserWarning, match="outputs='logits' if the loss takes .*one sigmoid a class is n"
    ):
        callback.step(0, lambda: 1 / (1 + np.exp(-LOGITS)))
    callback = Callback()
    callback.begin()
    callback.step(0, lambda: np.zeros_like(LOGITS))
    assert callback.run().kind == "logits"


def test_labels_that_come_with_the_predictions_are_recorded_and_must_stay(tmp_path):
    callback = Callback(tmp_path / "run", None)
    callback.begin()
    callback.step(0, lambda: (LOGITS, LABELS))
    order = np.random.default_rng(0).permutation(30)
    with pytest.warns(UserWarning, match="use shuffle=False"):
        callback.step(1, lambda: (LOGITS[order], LABELS[order]))
    run = anim.open(tmp_path / "run")
    assert run.labels.tolist() == LABELS.tolist()
    expected = (LOGITS.argmax(1) == LABELS).mean()
    assert run.metrics()["accuracy"].tolist() == [pytest.approx(expected)]


def test_labels_that_come_with_the_predictions_continue_a_recording(tmp_path):
    callback = Callback(tmp_path / "run", None)
    for _ in range(2):
        callback.begin()
        for step in (0, 5):
            callback.step(step, lambda: (LOGITS, LABELS))
        callback.end()
    resumed = Callback(tmp_path / "run", None, resume=True)
    resumed.begin()
    for step in (0, 2):
        resumed.step(step, lambda: (LOGITS, LABELS))
    resumed.end()
    assert anim.open(tmp_path / "run").steps.tolist() == [0, 5, 10, 12]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_has_recorded_nothing_and_cannot_replace_a_recording(tmp_path, copied):
    callback = Callback(tmp_path / "run")
    callback.begin()
    callback.step(0)
    other = copied(callback._recorder)
    callback.step(1)
    callback.end()
    assert other.last_step == -1
    with pytest.raises(anim.errors.RecordingError, match="there is already a recording"):
        other.begin()
    assert anim.open(tmp_path / "run").steps.tolist() == [0, 1]


def test_a_training_that_counts_on_begins_where_the_recording_ended(tmp_path):
    def trained(steps, **options):
        shared = CallbackRecorder(
            tmp_path / "run", LABELS, every=None, outputs=None, options=options
        )
        shared.begin(steps[0])
        for step in steps:
            shared.take(step, logits)
        shared.end()
        return anim.open(tmp_path / "run").steps.tolist()

    assert trained([0, 10, 20]) == [0, 10, 20]
    assert trained([20, 30], resume=True) == [0, 10, 20, 30]
    # From a checkpoint before the last snapshot: later ones are from a training that was left.
    assert trained([10, 15], resume=True) == [0, 10, 15]
    with pytest.raises(anim.errors.RecordingError, match="there is already a recording"):
        trained([0, 10])


def test_a_second_training_that_begins_anew_is_refused(tmp_path):
    shared = CallbackRecorder(tmp_path / "run", LABELS, every=None, outputs=None, options={})
    shared.begin(0)
    shared.take(5, logits)
    shared.end()
    with pytest.raises(ValueError, match="begins at step 0, but 5 is recorded already"):
        shared.begin(0)
