"""The same input makes the same bytes."""

from tests.support.clips import (
    ANIMATED,
    COMMENT,
    write,
)


def test_the_same_frames_make_the_same_bytes_at_any_time(tmp_path, monkeypatch):
    for name, now in (("a", 1e9), ("b", 2e9)):
        monkeypatch.setattr("time.time", lambda now=now: now)
        for suffix in ANIMATED:
            write(tmp_path / f"{name}{suffix}", comment=COMMENT, size=(320, 240))
    for suffix in ANIMATED:
        one, other = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("a", "b"))
        assert one == other, suffix
