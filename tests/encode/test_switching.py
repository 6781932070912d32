"""The interval between switches of threads is that of the process, and is restored."""

import sys
import threading

import pytest

from anim.encode import Encoders
from anim.encode.switching import quick_switching


@pytest.fixture(autouse=True)
def earlier():
    """The interval before the first block, which is not Python's default."""
    default = sys.getswitchinterval()
    sys.setswitchinterval(0.002)
    yield sys.getswitchinterval()
    sys.setswitchinterval(default)


def test_encoders_shorten_the_interval_and_restore_it(earlier):
    with Encoders([]):
        assert sys.getswitchinterval() < earlier
    assert sys.getswitchinterval() == earlier


def test_nested_blocks_restore_it_once_all_have_ended(earlier):
    with quick_switching():
        with quick_switching():
            pass
        assert sys.getswitchinterval() < earlier
    assert sys.getswitchinterval() == earlier


def test_an_exception_restores_it(earlier):
    with pytest.raises(KeyboardInterrupt), Encoders([]):
        raise KeyboardInterrupt
    assert sys.getswitchinterval() == earlier


def test_the_last_of_two_threads_restores_it(earlier):
    first_has_begun, first_may_end = threading.Event(), threading.Event()

    def first():
        with Encoders([]):
            first_has_begun.set()
            first_may_end.wait(10)

    thread = threading.Thread(target=first)
    thread.start()
    assert first_has_begun.wait(10)
    with Encoders([]):
        first_may_end.set()
        thread.join()
        assert sys.getswitchinterval() < earlier
    assert sys.getswitchinterval() == earlier
