"""One recorder may be called from several threads."""

import threading

import pytest

import anim
from tests.support.recordings import CLASSES, LABELS, check_recording, logits, loss

THREADS, STEPS = 20, 200


def in_threads(act):
    """Call a function with the number of each thread, all at once."""
    start = threading.Barrier(THREADS)

    def wait_and_act(number):
        start.wait()
        act(number)

    threads = [threading.Thread(target=wait_and_act, args=(i,)) for i in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("collects", [False, True])
def test_twenty_threads_record_each_step_once_and_in_order(tmp_path, collects):
    recorder = anim.Recorder(tmp_path / "r", labels=LABELS, classes=CLASSES)
    recorded, refused, lock = [], [], threading.Lock()

    def record(step):
        scalars = {"loss": loss(step)}
        if not collects:
            recorder.snapshot(step, logits=logits(step), metrics=scalars)
            return
        with recorder.collecting(step, metrics=scalars) as part:
            for rows in (slice(0, 150), slice(150, 300)):
                part.add(logits=logits(step)[rows], labels=LABELS[rows])

    def act(number):
        # Neighbours try the same steps, so that most steps come twice, and some too late.
        for step in range(number // 2, STEPS, THREADS // 2):
            try:
                record(step)
            except ValueError as error:
                assert "expected a step after" in str(error)
                with lock:
                    refused.append(step)
            else:
                with lock:
                    recorded.append(step)

    in_threads(act)
    recorder.close()
    assert len(recorded) + len(refused) == STEPS * 2
    assert len(set(recorded)) == len(recorded) > 0
    check_recording(tmp_path / "r", sorted(recorded))


def test_of_twenty_threads_one_defines_the_labels():
    recorder, accepted = anim.Recorder(), []

    def act(number):
        labels = (LABELS + number) % 3
        try:
            recorder.snapshot(number, logits=logits(number), labels=labels)
        except ValueError:
            return
        accepted.append(number)

    in_threads(act)
    run = recorder.run()
    assert run.steps.tolist() == sorted(accepted)
    assert len({number % 3 for number in accepted}) == 1
    assert (run.labels == (LABELS + accepted[0]) % 3).all()
