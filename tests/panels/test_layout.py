"""Where panels stand: inside of the picture, apart from each other, or not at all."""

import itertools
import re

import pytest

from anim.errors import SettingError
from anim.panels import layout
from anim.panels.dots import PITCH
from anim.panels.grid import above
from anim.panels.page_layout import DESIGN, cell_size, columns_of
from anim.settings import MAX_RUNS, PANELS, Picture

ALL = ("reliability", "counts", "accuracy", "ece", "loss")
SIZES = ((320, 240), (480, 360), (768, 600), (1280, 720), (400, 800), (1000, 1400))


def places_or_none(picture, runs):
    try:
        return layout.places(picture, runs)
    except SettingError:
        return None


def check_apart(places, picture):
    width, height = picture.canvas
    for place in places:
        assert place.left >= 0
        assert place.bottom >= 0
        assert place.left + place.width <= width
        assert place.bottom + place.height <= height
        assert min(place.width, place.height) > 20
    for one, other in itertools.combinations(places, 2):
        beside = max(one.left - other.left - other.width, other.left - one.left - one.width)
        above = max(
            one.bottom - other.bottom - other.height, other.bottom - one.bottom - one.height
        )
        assert max(beside, above) > 0


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("runs", range(1, MAX_RUNS + 1))
def test_panels_stand_inside_of_the_picture_and_apart(size, runs):
    found = 0
    for count in range(1, len(ALL) + 1):
        picture = Picture(size=size, panels=ALL[:count])
        places = places_or_none(picture, runs)
        if places is None:
            continue
        check_apart(places, picture)
        found += 1
        assert len(places) == min(count, 2) * runs + max(count - 2, 0)
    assert found or size == (320, 240)


@pytest.mark.parametrize("theme", ["light", "paper"])
def test_the_default_picture_has_room_for_the_most_runs(theme):
    assert places_or_none(Picture(theme=theme), MAX_RUNS) or theme == "paper"
    assert places_or_none(Picture(theme=theme, calibrate="temperature"), 2)


@pytest.mark.parametrize("runs", range(1, MAX_RUNS + 1))
@pytest.mark.parametrize("size", [None, (900, 900), (1280, 720)])
def test_cells_are_named_at_the_left_and_where_one_of_their_row_has_none_below(runs, size):
    picture = Picture(size=size, panels="reliability,accuracy,ece")
    cells = [one for one in layout.places(picture, runs) if not one.kind.shows_time]
    assert [cell.rank for cell in cells] == list(range(runs))
    leftmost = min(cell.left for cell in cells)

    def is_last(cell):
        return not any(one.left == cell.left and one.bottom < cell.bottom for one in cells)

    for cell in cells:
        row = [one for one in cells if one.bottom == cell.bottom]
        assert cell.is_left == (cell.left == leftmost)
        assert cell.is_bottom == any(map(is_last, row))


@pytest.mark.parametrize("runs", range(2, MAX_RUNS + 1))
@pytest.mark.parametrize("size", [None, (900, 900), (1280, 720)])
def test_dots_of_a_row_lie_side_by_side(runs, size):
    picture = Picture(size=size, panels="reliability,accuracy,ece").for_runs(runs)
    unit = layout.unit_of(picture)
    cells = [one for one in layout.places(picture, runs) if not one.kind.shows_time]
    dots = [layout.split(cell, unit, with_dots=True)[1] for cell in cells]
    bottoms = {(cell.bottom, one.bottom) for cell, one in zip(cells, dots, strict=True)}
    assert len(bottoms) == len({cell.bottom for cell in cells})


@pytest.mark.parametrize("runs", [3, 5])
@pytest.mark.parametrize("panels", ["reliability", "reliability,counts,accuracy"])
@pytest.mark.parametrize(
    ("theme", "size"), [("light", None), ("paper", None), ("dark", (900, 1400))]
)
def test_dots_below_labels_end_above_the_names_of_the_next_row(runs, panels, theme, size):
    picture = Picture(theme=theme, size=size, panels=panels).for_runs(runs)
    unit = layout.unit_of(picture)
    cells = [one for one in layout.places(picture, runs) if one.kind.name == "reliability"]
    for cell in cells:
        _, dots, _ = layout.split(cell, unit, with_dots=True)
        for other in cells:
            if other.bottom < cell.bottom:
                names = other.bottom + other.height + above(other.kind, picture) * unit
                assert dots.bottom >= names


def test_four_runs_are_two_by_two_and_recalibrations_stand_beside_their_runs():
    cells = [one for one in layout.places(Picture(), 4) if not one.kind.shows_time]
    assert len({cell.left for cell in cells}) == len({cell.bottom for cell in cells}) == 2
    picture = Picture(calibrate="temperature", size=(768, 900))
    cells = [one for one in layout.places(picture, 6) if not one.kind.shows_time]
    for trained, recalibrated in zip(cells[::2], cells[1::2], strict=True):
        assert trained.bottom == recalibrated.bottom
        assert trained.left < recalibrated.left


def test_only_the_last_of_strips_that_follow_each_other_has_numbers_below():
    picture = Picture(panels=("accuracy", "ece", "reliability", "loss"), size=(768, 900))
    strips = [one for one in layout.places(picture, 1) if one.kind.shows_time]
    assert [one.is_bottom for one in strips] == [False, True, True]


@pytest.mark.parametrize("runs", [1, 4])
def test_the_error_without_room_names_a_size_that_has_room(runs):
    picture = Picture(size=(320, 240), panels=ALL)
    with pytest.raises(SettingError, match=r"^panels: 5 panels.* need a larger picture") as caught:
        layout.places(picture, runs)
    named = re.search(r"; (\d+)x(\d+) has room$", str(caught.value))
    size = int(named[1]), int(named[2])
    check_apart(layout.places(Picture(size=size, panels=ALL), runs), Picture(size=size))


@pytest.mark.parametrize("theme", ["light", "paper"])
@pytest.mark.parametrize("runs", range(1, MAX_RUNS + 1))
@pytest.mark.parametrize("rows", [1, 4])
def test_the_default_picture_has_room_for_all_panels_below_any_header(theme, runs, rows):
    for count in range(1, len(PANELS) + 1):
        for panels in itertools.combinations(PANELS, count):
            picture = Picture(theme=theme, panels=panels)
            for lines in (1, 2):
                places = layout.places(picture, runs, title_lines=lines, key_rows=rows)
                assert all(place.bottom >= 0 for place in places)


def test_the_default_picture_has_room_for_many_strips():
    many = tuple(f"metric:{number}" for number in range(20))
    picture = Picture(panels=("reliability", *many))
    check_apart(layout.places(picture, 1), picture)
    assert min(place.height for place in layout.places(picture, 1)) > 50


def test_a_picture_of_few_panels_has_the_size_of_the_table():
    few = ("reliability", "reliability,counts", "reliability,accuracy,ece", "accuracy,ece,loss")
    for panels in few:
        assert Picture(panels=panels).canvas == (768, 600)
    assert Picture(panels="reliability,accuracy,ece,loss").canvas[1] > 600
    assert Picture(panels="reliability,counts,accuracy").canvas[1] > 600


def test_a_larger_picture_that_is_named_has_room_for_another_row_of_larger_letters():
    picture = Picture(size=(768, 280), panels=ALL)
    with pytest.raises(SettingError, match="need a larger picture") as caught:
        layout.places(picture, 1)
    named = re.search(r"; (\d+)x(\d+) has room$", str(caught.value))
    larger = Picture(size=(int(named[1]), int(named[2])), panels=ALL)
    check_apart(layout.places(larger, 1, title_lines=2, key_rows=2), larger)


@pytest.mark.parametrize(("runs", "size"), [(3, None), (5, None), (3, (768, 600))])
@pytest.mark.parametrize("panels", ["reliability,accuracy", "reliability,accuracy,ece"])
def test_strips_stand_in_the_cell_that_runs_leave_free(runs, size, panels):
    picture = Picture(size=size, panels=panels).for_runs(runs)
    found = layout.places(picture, runs)
    check_apart(found, picture)
    cells = [place for place in found if not place.kind.shows_time]
    strips = [place for place in found if place.kind.shows_time]
    assert len({cell.left for cell in cells}) == 2
    axes, _, _ = layout.split(cells[-1], layout.unit_of(picture), with_dots=True)
    for strip in strips:
        assert strip.left > cells[-1].left + cells[-1].width
        assert axes.bottom <= strip.bottom
        assert strip.bottom + strip.height <= cells[-1].bottom + cells[-1].height
    assert strips[-1].bottom == axes.bottom
    assert [strip.is_bottom for strip in strips] == [False] * (len(strips) - 1) + [True]


@pytest.mark.parametrize("theme", ["light", "paper"])
@pytest.mark.parametrize("runs", [2, 3, 5])
@pytest.mark.parametrize("size", [None, (328, 500), (480, 700), (768, 600)])
def test_no_strip_is_narrow(theme, runs, size):
    picture = Picture(theme=theme, size=size, panels="reliability,accuracy").for_runs(runs)
    for place in places_or_none(picture, runs) or ():
        if place.kind.shows_time:
            assert place.width >= 120 * layout.unit_of(picture)


@pytest.mark.parametrize(
    ("panels", "runs", "size"),
    [
        ("accuracy,reliability", 3, None),
        ("reliability,counts,accuracy", 3, None),
        ("reliability,accuracy,ece,loss", 3, None),
        ("reliability,accuracy", 4, None),
        ("reliability,accuracy", 3, (1280, 720)),
    ],
)
def test_other_strips_stand_above_or_below_all_runs(panels, runs, size):
    picture = Picture(size=size, panels=panels).for_runs(runs)
    found = layout.places(picture, runs)
    cells = [place for place in found if not place.kind.shows_time]
    for strip in (place for place in found if place.kind.shows_time):
        assert strip.left == min(cell.left for cell in cells)
        assert all(
            strip.bottom + strip.height < cell.bottom or cell.bottom + cell.height < strip.bottom
            for cell in cells
        )


def test_dots_hang_below_the_numbers_of_a_diagram_in_whole_rows():
    picture = Picture()
    (place, _) = layout.places(picture, 1)
    axes, dots, rows = layout.split(place, 1, with_dots=True)
    assert dots.height == rows * PITCH
    assert layout.FEWEST_ROWS <= rows <= layout.MOST_ROWS
    assert axes.bottom - (dots.bottom + dots.height) == layout.LABELS
    assert axes.bottom + axes.height == place.bottom + place.height
    assert layout.split(place, 1, with_dots=False) == (place, None, 0)


def test_rows_of_the_headline_and_the_key_take_room_from_the_panels():
    def tallest(**rows):
        return max(place.height for place in layout.places(Picture(), 1, **rows))

    assert tallest(title_lines=2) < tallest() > tallest(key_rows=2)


def test_the_header_of_a_picture_for_print_has_no_room_for_a_headline_of_its_own():
    plain, titled = (Picture(theme="paper", title=title) for title in (None, "A headline"))
    assert layout.header_height(plain, 1) < layout.header_height(titled, 1)


@pytest.mark.parametrize("runs", range(1, 7))
@pytest.mark.parametrize("together", [1, 2])
def test_cells_of_a_page_fit_into_its_width(runs, together):
    for width in (280, 320, 479, 480, 700, 944, 1600):
        size = cell_size(runs, together, width, with_dots=True)
        columns = columns_of(runs, together, width)
        assert size.columns == columns <= max(runs, 1)
        assert size.width >= 200 or width < 480
        assert columns * size.width < width
        if columns > 1:
            assert columns % together == 0
        assert (size.rows == 0) == (width < DESIGN.narrow)
