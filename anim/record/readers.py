"""Reads files of saved predictions; one function for each kind of file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from anim.errors import SettingError
from anim.record.arrays import read_npy, read_npz
from anim.record.saved import Saved
from anim.record.tables import read_csv, read_parquet


def read(path: Path) -> Iterator[Saved]:
    """Yield the snapshots in a file: ``.npz``, ``.npy``, ``.csv`` or ``.parquet``.

    Nothing in the file is executed: object arrays (pickles) are refused. Scores without a name are
    probs if they are in [0, 1] and each row sums to 1, and logits otherwise.

    Raises:
        SettingError: a file of another kind, or one without predictions.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise SettingError("FILE", f"expected one of {', '.join(_READERS)}, got {str(path)!r}")
    try:
        yield from reader(path)
    except FileNotFoundError as error:
        raise SettingError("FILE", f"there is no file {str(path)!r}") from error
    except SettingError:
        raise
    except (ValueError, OSError, KeyError, EOFError) as error:
        raise SettingError("FILE", f"{str(path)!r} cannot be read: {error}") from error


_READERS = {
    ".npz": read_npz,
    ".npy": read_npy,
    ".csv": read_csv,
    ".parquet": read_parquet,
}
