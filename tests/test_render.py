"""The command and its files, decoded again by Pillow."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import anim
from anim.render import main

SMALL = ["--val-size", "500", "--epochs", "2", "--seconds", "1", "--hold", "0.5", "--quiet"]


def test_gif_lasts_what_was_asked(tmp_path):
    path = tmp_path / "a.gif"
    assert main(["--out", str(path), "--fps", "30", *SMALL]) == 0
    with Image.open(path) as image:
        assert image.size == (768, 600)
        delays = []
        for k in range(image.n_frames):
            image.seek(k)
            delays.append(image.info["duration"])
    assert sum(delays) == 1500
    assert min(delays) >= 20
    assert list(tmp_path.iterdir()) == [path]


def test_every_format_is_written_in_one_pass(tmp_path):
    paths = [tmp_path / f"a{suffix}" for suffix in (".gif", ".mp4", ".png", ".svg", ".pdf")]
    assert main(["--out", *map(str, paths), "--theme", "dark", *SMALL]) == 0
    heads = [path.read_bytes()[:12] for path in paths]
    assert heads[0].startswith(b"GIF89a")
    assert heads[1][4:8] == b"ftyp"
    assert heads[2].startswith(b"\x89PNG")
    assert heads[3].startswith(b"<?xml")
    assert heads[4].startswith(b"%PDF")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--every", "0"),
        ("--every", "1000000"),
        ("--train-size", "-1"),
        ("--epochs", "0"),
        ("--bins", "0"),
        ("--bins", "1000000"),
        ("--size", "769x600"),
        ("--size", "10x10"),
        ("--size", "100000x100000"),
        ("--fps", "0"),
        ("--fps", "60"),
        ("--view", "scroe"),
        ("--view", "class:nobody"),
        ("--panels", "reliabilty"),
        ("--theme", "drak"),
        ("--data", "xro"),
        ("--optimizer", "adm"),
        ("--learning-rate", "nan"),
    ],
)
def test_a_wrong_call_is_one_line_and_leaves_the_file_alone(tmp_path, capsys, option, value):
    path = tmp_path / "a.gif"
    path.write_bytes(b"earlier")
    with pytest.raises(SystemExit) as stop:
        main(["--out", str(path), option, value])
    assert stop.value.code == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert option in printed
    assert path.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_divergence_says_where_and_writes_nothing(tmp_path, capsys):
    path = tmp_path / "a.gif"
    arguments = ["--out", str(path), "--learning-rate", "1e38", "--optimizer", "sgd", *SMALL]
    assert main([*arguments, "--schedule", "constant"]) == 1
    assert "at step" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_help_imports_neither_jax_nor_matplotlib():
    code = (
        "import sys; sys.argv = ['x', '--help']\nimport anim.render\n"
        "try: anim.render.main()\nexcept SystemExit: pass\n"
        "assert not {'jax', 'matplotlib', 'flax', 'optax'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_first_snapshot_is_step_0_and_the_last_step_is_one():
    run = anim.fit(anim.data.xor(100, 50), epochs=3, every=5)
    assert run.steps.tolist() == [0, 5, 10, 12]
    assert np.isfinite(run.logits(3)).all()
