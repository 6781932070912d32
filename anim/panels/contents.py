"""All that a picture shows: what stands above the panels, and each panel at its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from anim.panels import layout
from anim.panels.axes import grouped
from anim.panels.counts import CountsPanel, counts_panel
from anim.panels.dots import PITCH
from anim.panels.layout import Place
from anim.panels.overlay import OverlayPanel, overlay_panel
from anim.panels.reliability import (
    ReliabilityPanel,
    reliability_key,
    reliability_panel,
)
from anim.panels.strips import StripPanel, strip_panel
from anim.panels.subject import Subject
from anim.panels.verdict import Verdict, ending_of
from anim.panels.words import (
    IDEAL,
    KeyEntry,
    Words,
    spread_name,
    words_of,
)
from anim.settings import CURVES, Picture, one_line
from anim.settings.panels import Strip, panel_of
from anim.timeline import INTERVAL_NAME, Frame, Reel, Shot, Track

# Pixels of the reference design that a number takes beside a strip, and below it.
BESIDE, BELOW = 20, 90
# The clock shows larger numbers with spaces between groups of digits.
_GROUPED = 10_000


@dataclass(frozen=True, eq=False)
class Cell:
    """A diagram or columns of a run.

    Attributes:
        place: of the whole.
        axes: where the axes stand.
        dots: where the dots stand, or None.
        panel: what is shown.
    """

    place: Place
    axes: Place
    dots: Place | None
    panel: ReliabilityPanel | CountsPanel | OverlayPanel


class Header:
    """What stands above the panels, and above the cell of each run.

    Args:
        reel: the runs.
        subject: what the picture is about.
        words: of the picture.
    """

    def __init__(self, reel: Reel, subject: Subject, words: Words):
        self._reel, self._subject, self.words = reel, subject, words
        self.title, (self.unit_name, self._sign) = subject.title, subject.around
        self.classes = subject.classes
        self._ending = ending_of(reel.tracks[0]) if len(reel.lanes) == 1 else None

    def clock(self, shot: Shot) -> str:
        """Return what the clock shows: that of the last snapshot."""
        return self.clock_at(shot.moment.index)

    def clock_at(self, index: int) -> str:
        """Return what the clock shows at one of its snapshots."""
        count = self._subject.count(self._reel.clock.steps[index])
        return f"{grouped(count) if count >= _GROUPED else count}{self._sign}"

    def whole_clock(self, index: int) -> str:
        """Return what the clock shows at one of its snapshots, with the unit before it."""
        return f"{self.unit_name} {self.clock_at(index)}".lstrip()

    def numbers(self, frame: Frame) -> tuple[str, str, str]:
        """Return the numbers of the sentence on a run: those of its last snapshot."""
        return self._numbers(frame.track, frame.before)

    def all_numbers(self, track: Track) -> list[tuple[str, str, str]]:
        """Return the numbers of the sentence on a run, of each snapshot."""
        return [self._numbers(track, row) for row in range(len(track.steps))]

    def _numbers(self, track: Track, row: int) -> tuple[str, str, str]:
        return self.words.numbers(track.says[row], track.right[row], track.misses[row])

    @property
    def ending(self) -> Verdict | None:
        """What is to be said of the only run at its end."""
        return None if self._ending is None else self._ending[1]

    def verdict(self, frame: Frame) -> Verdict | None:
        """Return what is to be said of the only run at its end; None before."""
        if self._ending is None or frame.before != self._ending[0]:
            return None
        return self._ending[1]


@dataclass(frozen=True, eq=False)
class Contents:
    """All that a picture shows.

    Attributes:
        header: the texts above the panels.
        cells: diagrams and columns.
        strips: places and contents of strips.
    """

    header: Header
    cells: tuple[Cell, ...]
    strips: tuple[tuple[Place, StripPanel], ...]


def words_for(reel: Reel, subject: Subject, picture: Picture) -> Words:
    """Return the words of a picture."""
    dots = max(track.dots.shape[1] for track in reel.tracks)
    examples = {round(track.counts.sum(1).max(initial=0)) for track in reel.tracks}
    size = examples.pop() if len(examples) == 1 else None
    words = words_of(
        subject,
        dots,
        size,
        is_plain=layout.has_plain_words(picture),
        is_curve=not CURVES[picture.curve].is_bars,
        is_median=all(track.is_median for track in reel.tracks),
    )
    return replace(words, dots=_dots_of(reel.tracks, words.dots))


def _dots_of(tracks: Sequence[Track], said: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the dots of each of some runs are; ``said`` if those of all are as many.

    With weights each stands for an equal part of them.
    """
    numbers = {track.dots.shape[1] for track in tracks}
    is_one, most = len(numbers) == 1, max(numbers)
    is_weighted = [track.effective is not None for track in tracks]
    if any(is_weighted):
        if not all(is_weighted):
            return (f"{most} dots",) if is_one else ("dots",)
        return f"{most} by" if is_one else "dots by", "weight"
    if is_one:
        return said
    shows_all = all(
        track.dots.shape[1] == round(track.counts.sum(1).max(initial=0)) for track in tracks
    )
    return ("all", "of them") if shows_all else ("at most", f"{most}")


def key_of(reel: Reel, words: Words, picture: Picture) -> tuple[KeyEntry, ...]:
    """Return what the marks of diagrams and columns mean; nothing without room."""
    tracks = reel.tracks
    shown = [one for one in tracks if one.intervals is not None or one.spread is not None]
    has_band = any(track.band is not None for track in tracks)
    picture = picture.for_runs(len(reel.lanes))
    return _key(words, picture, has_band=has_band, spread=_spread_of(shown))


def _spread_of(tracks: Sequence[Track]) -> str:
    """Return what is drawn around the bars or curves of some runs."""
    kinds = dict.fromkeys(track.spread_name for track in tracks if not track.is_median)
    of_replicas = {track.spread_name for track in tracks if track.is_median}
    if of_replicas:
        kinds |= {of_replicas.pop() if len(of_replicas) == 1 else spread_name(): None}
    return " or ".join(kinds)


def key_to_come(picture: Picture, replicas: int | None) -> tuple[KeyEntry, ...]:
    """Return the key of a picture, before there is anything to show.

    Args:
        picture: with its number of runs.
        replicas: how many each run consists of; None for a run.
    """
    curve, view = CURVES[picture.curve], picture.view or ""
    subject = Subject("", "", view, "", class_name=one_line(view.partition(":")[2]))
    plain = layout.has_plain_words(picture)
    words = words_of(subject, 0, None, is_plain=plain, is_curve=not curve.is_bars)
    spread = INTERVAL_NAME if picture.intervals and curve.is_bars else ""
    if replicas is not None:
        spread = spread_name(replicas)
    has_band = picture.band is not None and curve.has_band
    return _key(words, picture, has_band=has_band, spread=spread)


def _key(words: Words, picture: Picture, *, has_band: bool, spread: str) -> tuple[KeyEntry, ...]:
    if layout.is_narrow(picture):
        return ()
    has_diagrams = "reliability" in picture.shown_panels
    of_diagrams = reliability_key(words, has_band=has_band, spread=spread) if has_diagrams else ()
    if picture.is_overlaid:
        return tuple(entry for entry in of_diagrams if entry.mark == IDEAL)
    return (*of_diagrams, *(words.columns if "counts" in picture.shown_panels else ()))


def contents_of(
    reel: Reel, subject: Subject, picture: Picture, *, title_lines: int = 1, key_rows: int = 1
) -> Contents:
    """Return all that a picture shows.

    Args:
        reel: the runs.
        subject: what the picture is about.
        picture: its size and panels.
        title_lines: how many lines the headline takes.
        key_rows: how many rows the key takes.

    Raises:
        SettingError: more panels than the picture has room for, or a series that no run has.
    """
    words, unit = words_for(reel, subject, picture), layout.unit_of(picture)
    rows = key_rows if key_of(reel, words, picture) else 0
    places = layout.places(picture, len(reel.lanes), title_lines=title_lines, key_rows=rows)
    cells, strips = [], []
    for place in places:
        strip = panel_of(place.kind.name).strip
        if strip is not None:
            if len(reel.lanes) > 1 and not subject.classes:
                place = layout.with_names(place, subject.names, unit)
            strips.append((place, _strip(strip, place, unit, reel, subject, words)))
        elif place.kind.name == "counts":
            axes = layout.below_numbers(place, unit) if len(reel.lanes) > 1 else place
            panel = counts_panel(reel.tracks, place.rank, subject, words, _size(axes, unit))
            cells.append(Cell(place, axes, None, panel))
        elif picture.for_runs(len(reel.lanes)).is_overlaid:
            panel = overlay_panel(reel, subject, words, place, unit)
            cells.append(Cell(place, place, None, panel))
        else:
            cells.append(_diagram(place, unit, reel, subject, words, picture))
    return Contents(Header(reel, subject, words), tuple(cells), tuple(strips))


def _diagram(
    place: Place, unit: float, reel: Reel, subject: Subject, words: Words, picture: Picture
) -> Cell:
    with_dots = not (layout.is_narrow(picture) or subject.classes)
    axes, dots, rows = layout.split(place, unit, with_dots=with_dots)
    grid = (int(dots.width / unit / PITCH), rows) if dots is not None else None
    track = reel.tracks[place.rank]
    panel = reliability_panel(track, subject, words, size=_size(axes, unit), grid=grid)
    return Cell(place, axes, dots, panel)


def _strip(
    strip: Strip, place: Place, unit: float, reel: Reel, subject: Subject, words: Words
) -> StripPanel:
    width, height = _size(place, unit)
    numbers, times = max(int(height / BESIDE), 1), max(int(width / BELOW), 1)
    return strip_panel(strip, reel, subject, words, numbers=numbers, times=times)


def _size(place: Place, unit: float) -> tuple[float, float]:
    return place.width / unit, place.height / unit
