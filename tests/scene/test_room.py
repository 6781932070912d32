"""Room is checked before there is anything to show, with the header that will be drawn."""

import pytest

from anim.errors import SettingError
from anim.scene import check_room
from anim.settings import Picture

MANY = ("reliability", "counts", "accuracy", "ece")
TITLE = "A headline that is so long that it needs more than one line of the picture below it"
NO_BAND = {"band": None, "words": "field"}


@pytest.fixture
def rows(monkeypatch):
    """Return a function that returns how many lines and rows of a header are reckoned with."""
    found = []
    monkeypatch.setattr("anim.scene.room.places", lambda *_, **rows: found.append(rows))

    def rows_of(runs=1, replicas=None, **options):
        check_room(Picture(**{"panels": MANY, **options}), runs, replicas)
        return found[-1]["title_lines"], found[-1]["key_rows"]

    return rows_of


def test_a_long_headline_takes_two_lines(rows):
    assert rows() == (1, 2)
    assert rows(title=TITLE) == (2, 2)
    assert rows(theme="paper")[0] == 0
    assert rows(runs=2, theme="paper")[0] == 1


def test_a_key_takes_as_many_rows_as_its_marks_need(rows):
    assert rows(**NO_BAND) == (1, 1)
    assert rows(**NO_BAND, replicas=8) == (1, 2)
    assert rows(panels="reliability") == (1, 1)
    assert rows(panels="reliability", intervals=True) == (1, 2)
    assert rows(panels="reliability", view=f"class:{'long name ' * 9}") == (1, 2)
    assert rows(size=(400, 400))[1] == 0


@pytest.mark.parametrize("options", [{}, {"title": TITLE}, {"theme": "paper"}], ids=str)
def test_a_picture_without_room_is_refused_with_a_size_that_has_room(options):
    options = {"panels": MANY, "intervals": True, **options}
    match = r"^panels: 4 panels need .*; 768x\d+ has room$"
    with pytest.raises(SettingError, match=match) as caught:
        check_room(Picture(size=(768, 300), **options), 1)
    tall = int(str(caught.value).rpartition("x")[2].split()[0])
    check_room(Picture(size=(768, tall), **options), 1)


@pytest.mark.parametrize("theme", ["light", "paper"])
@pytest.mark.parametrize("method", [None, "temperature"])
def test_the_default_size_has_room_for_any_header(theme, method):
    picture = Picture(theme=theme, calibrate=method, panels=MANY, title=TITLE, intervals=True)
    for runs in (1, 2, 3):
        check_room(picture, runs, replicas=8)
