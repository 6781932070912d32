"""Files, decoded again by Pillow and by FFmpeg's libraries."""

import itertools

import av
import numpy as np
import pytest
from PIL import Image

import anim
from anim.settings import Picture
from tests.support.seeing import compose

SHORT = {"seconds": 2, "hold": 0.5}


def a_run(snapshots=6):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 5000)
    margin = rng.normal(size=(snapshots, 5000)) + (2 * labels - 1) * np.arange(snapshots)[:, None]
    probs = 1 / (1 + np.exp(-margin))
    return anim.from_arrays(np.arange(snapshots) * 10, labels, probs=probs)


def drawn(run, **picture):
    """The frames as they were drawn, RGB, each as often as it is shown."""
    reel, scene = compose([run], Picture(**SHORT, **picture))
    frames = [(scene.draw(shot)[..., :3].copy(), shot.moment.ticks) for shot in reel]
    flat = {tuple(colour) for colour in scene.flat_colours().tolist()}
    return [frame for frame, ticks in frames for _ in range(ticks)], flat


def read_gif(path):
    """Frames, RGB, and their delays in milliseconds."""
    with Image.open(path) as image:
        frames, delays = [], []
        for k in range(image.n_frames):
            image.seek(k)
            frames.append(np.asarray(image.convert("RGB")))
            delays.append(image.info["duration"])
    return frames, delays


def is_flat(frame, flat):
    def packed(colours):
        return np.asarray(colours, np.int64) @ [1 << 16, 1 << 8, 1]

    return np.isin(packed(frame), packed(sorted(flat)))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_gif_holds_flat_colours_exactly_and_does_not_flicker(tmp_path, theme):
    run = a_run()
    anim.animate(run, tmp_path / "a.gif", theme=theme, **SHORT)
    frames, flat = drawn(run, theme=theme)
    decoded, _ = read_gif(tmp_path / "a.gif")
    assert len(decoded) == 51
    for k in range(0, 51, 5):
        exact = (decoded[k] == frames[k]).all(2)
        assert exact[is_flat(frames[k], flat)].all()
        assert exact.mean() > 0.98
        apart = np.abs(decoded[k].astype(int) - frames[k]).max(2)
        assert apart.max() < 64
        assert apart[~exact].mean() < 12
    for (was, now), (before, after) in zip(
        itertools.pairwise(frames[:51]), itertools.pairwise(decoded), strict=True
    ):
        still = (was == now).all(2)
        assert (before == after).all(2)[still].all()


@pytest.mark.parametrize("fps", [7, 25, 30, 50])
def test_gif_delays_add_up_and_none_is_too_short_for_browsers(tmp_path, fps):
    anim.animate(a_run(), tmp_path / "a.gif", fps=fps, size=(320, 240), **SHORT)
    _, delays = read_gif(tmp_path / "a.gif")
    assert abs(sum(delays) - 2500) <= 10
    assert min(delays) >= 20


@pytest.mark.parametrize("size", [(330, 246), (502, 400)])
def test_a_width_of_no_round_number_is_drawn_too(tmp_path, size):
    run = a_run()
    paths = [tmp_path / f"a{suffix}" for suffix in (".gif", ".mp4")]
    anim.animate(run, *paths, size=size, **SHORT)
    frames, flat = drawn(run, size=size)
    with av.open(paths[1]) as container:
        video = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    decoded, _ = read_gif(paths[0])
    exact = (decoded[20] == frames[20]).all(2)
    assert exact[is_flat(frames[20], flat)].all()
    assert np.abs(video[20].astype(float) - frames[20]).mean() < 4


def test_a_gif_loops_for_ever(tmp_path):
    anim.animate(a_run(), tmp_path / "a.gif", size=(320, 240), **SHORT)
    with Image.open(tmp_path / "a.gif") as image:
        assert image.info["loop"] == 0


def test_a_gif_of_nothing_new_still_lasts(tmp_path):
    """Equal snapshots change the epoch and the dot only; without them no frame is like another."""
    run = anim.from_arrays([0, 1], [0, 1], probs=[[0.2, 0.9]] * 2)
    anim.animate(run, tmp_path / "a.gif", tween=False, size=(320, 240), **SHORT)
    frames, delays = read_gif(tmp_path / "a.gif")
    assert len(frames) <= 3
    assert sum(delays) == 2500


def test_an_mp4_has_the_rate_and_form_that_browsers_play(tmp_path):
    run = a_run()
    anim.animate(run, tmp_path / "a.mp4", fps=30, **SHORT)
    frames, _ = drawn(run, fps=30)
    with av.open(tmp_path / "a.mp4") as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.average_rate == 30
        decoded = list(container.decode(stream))
    assert len(decoded) == len(frames) == 75
    assert decoded[-1].time == pytest.approx(74 / 30)
    for k in (0, 40, 74):
        pixels = decoded[k].to_ndarray(format="rgb24").astype(float)
        grey = (pixels - frames[k]) @ [0.2126, 0.7152, 0.0722]
        assert 10 * np.log10(255**2 / np.square(grey).mean()) > 35
        background = np.abs(pixels[:20, :20] - 255).max()
        assert background <= 2
    content = (tmp_path / "a.mp4").read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_stills_show_the_step_that_was_asked_for(tmp_path):
    run = a_run()
    anim.animate(run, tmp_path / "first.png", at=0)
    anim.animate(run, tmp_path / "last.png")
    frames, _ = drawn(run)
    for name, frame in (("first", frames[0]), ("last", frames[-1])):
        with Image.open(tmp_path / f"{name}.png") as image:
            assert image.mode == "RGB"
            np.testing.assert_array_equal(np.asarray(image), frame)


def test_scale_makes_more_pixels_of_the_same_picture(tmp_path):
    anim.animate(a_run(), tmp_path / "one.png")
    anim.animate(a_run(), tmp_path / "two.png", scale=2)
    with Image.open(tmp_path / "one.png") as one, Image.open(tmp_path / "two.png") as two:
        assert two.size == (1536, 1200)
        smaller = np.asarray(two.resize((768, 600), Image.Resampling.BOX), float)
        # All but the edges, and the gaps between bars, which are whole pixels.
        assert (np.abs(smaller - np.asarray(one)).max(2) < 32).mean() > 0.95


def test_vector_stills_hold_text_and_no_pixels(tmp_path):
    anim.animate(a_run(), tmp_path / "a.svg", tmp_path / "a.pdf")
    assert b"<image" not in (tmp_path / "a.svg").read_bytes()
    assert b"/Subtype /Image" not in (tmp_path / "a.pdf").read_bytes()
    assert b"/Font" in (tmp_path / "a.pdf").read_bytes()


def test_a_vector_still_holds_the_numbers_of_the_header(tmp_path):
    run = a_run()
    anim.animate(run, tmp_path / "a.svg", at=20)
    content = (tmp_path / "a.svg").read_text()
    metrics = {name: values[2] for name, values in run.metrics().items()}
    # Glyphs are drawn as shapes; each text stands beside them as a comment.
    for shown in ("20", f"{metrics['accuracy']:.3f}", f"{metrics['ece']:.3f}"):
        assert f"<!-- {shown} -->" in content


def test_the_same_run_makes_the_same_bytes(tmp_path):
    suffixes = (".gif", ".mp4", ".png", ".svg", ".pdf")
    for name in ("a", "b"):
        anim.animate(a_run(), *(tmp_path / f"{name}{suffix}" for suffix in suffixes), **SHORT)
    for suffix in suffixes:
        one, other = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("a", "b"))
        assert one == other, suffix


def test_files_written_together_are_those_written_alone(tmp_path):
    anim.animate(a_run(), tmp_path / "a.gif", tmp_path / "a.mp4", **SHORT)
    for suffix in (".gif", ".mp4"):
        anim.animate(a_run(), tmp_path / f"b{suffix}", **SHORT)
        one, other = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("a", "b"))
        assert one == other


def test_a_new_file_has_the_rights_of_any_new_file(tmp_path):
    (tmp_path / "plain").write_text("")
    anim.animate(a_run(), tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_an_encoder_that_fails_is_heard_and_leaves_nothing(tmp_path, monkeypatch):
    from anim.encode.mp4 import Mp4Writer

    def fail(self, *_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Mp4Writer, "write", fail)
    with pytest.raises(OSError, match="No space"):
        anim.animate(a_run(), tmp_path / "a.mp4", tmp_path / "a.gif", **SHORT)
    assert not list(tmp_path.iterdir())
