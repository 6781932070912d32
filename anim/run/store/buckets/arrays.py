"""The arrays of a recording in a bucket, as the one who records sees them."""

from __future__ import annotations

import json
import threading
from typing import Any

import numpy as np
import tensorstore as ts

from anim.errors import RecordingError
from anim.run.store.buckets.guarded import Guarded, Several, SupersededError, Writing

# Snapshots that an array makes room for at a time: readers know from the steps how many there are.
ROOM = 64
# How often the steps are looked at while an earlier session still commits some.
_ATTEMPTS = 10
# What an array of steps holds where there is none, and the range of the marks of sessions.
NO_STEP, _MARKS = -1, range(-3 << 60, -2 << 60)
_OF_SESSION = "anim-session"


class BucketArray:
    """An array to which a recorder writes whole chunks, on the condition that nobody else did.

    It has what a recorder uses of `tensorstore.TensorStore`: ``array[i].write(values)`` writes the
    values of snapshot i, ``array[i, a:b].write(values)`` some of its rows, in whole chunks, and
    ``array.write(values)`` all of an array of one chunk.

    Args:
        guarded: writes its objects.
        key: of the array.
        metadata: of Zarr; changed as the array grows.
        is_series: whether it has one number by snapshot, many to a chunk.
    """

    def __init__(self, guarded: Guarded, key: str, metadata: dict[str, Any], is_series: bool):
        self._guarded, self._key = guarded, key
        self._encoder = _Encoder(metadata)
        self._metadata = {**self._encoder.metadata(), **metadata}
        self._chunk: list[int] = metadata["chunk_grid"]["configuration"]["chunk_shape"]
        keys = self._metadata["chunk_key_encoding"]
        self._separator = keys.get("configuration", {}).get("separator", "/")
        self._is_series = is_series
        # The last chunk of a series: its number, and its values.
        self._last: tuple[int, np.ndarray] = (-1, self._encoder.empty())

    @classmethod
    def created(
        cls, guarded: Guarded, key: str, metadata: dict[str, Any], session: str
    ) -> BucketArray:
        """Write the metadata of a new array; ``session`` makes them unlike those before."""
        made = _with_session(metadata, session)
        array = cls(guarded, key, made, len(made["shape"]) == 1 and made["shape"][0] == 0)
        array._write_metadata()
        return array

    @classmethod
    def reopened(
        cls, guarded: Guarded, key: str, count: int, empty: float | None, session: str
    ) -> BucketArray:
        """Take over an array with its first ``count`` snapshots; see `schema.reopened`."""
        found = guarded.find(f"{key}/zarr.json")
        if found is None:
            raise RecordingError(f"{key}: its metadata are missing")
        metadata = _with_session(json.loads(found), session)
        array = cls(guarded, key, metadata, empty is not None)
        if empty is None and array._chunk[0] != 1:
            raise RecordingError(
                f"{key}: expected chunks of one snapshot, got {array._chunk[0]}; resume it in a "
                "folder, or record anew"
            )
        array._metadata["shape"][0] = count
        if empty is not None:
            array._cut(count, empty)
        array._write_metadata()
        return array

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, with room for snapshots to come."""
        return tuple(self._metadata["shape"])

    @property
    def chunk_rows(self) -> int:
        """Rows of a chunk, in an array of predictions."""
        return self._chunk[1]

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def dtype(self) -> ts.dtype:
        """The type of its values."""
        return ts.dtype(self._metadata["data_type"])

    def resized(self, count: int) -> BucketArray:
        """Make it an array of ``count`` snapshots."""
        if self.shape[0] != count:
            self._metadata["shape"][0] = count
            self._write_metadata()
        return self

    def grown(self, count: int) -> BucketArray:
        """Make room for ``count`` snapshots, and some more."""
        return self.resized(-(-count // ROOM) * ROOM) if count > self.shape[0] else self

    def __getitem__(self, where: int | slice | tuple[int | slice, ...]) -> _Part:
        return _Part(self, where if isinstance(where, tuple) else (where,))

    def write(self, values: np.ndarray) -> Several:
        """Begin to write all of an array of one chunk."""
        return self._begun((0,) * self.rank, np.asarray(values))

    def write_part(self, where: tuple[int | slice, ...], values: Any) -> Several:
        """Begin to write a part; see the class."""
        if self._is_series:
            (i,) = where
            assert isinstance(i, int)
            return Several([self._write_number(i, values)])
        first, at = [], []
        for one, size, part in zip(where, self.shape, self._chunk, strict=False):
            start = one if isinstance(one, int) else one.indices(size)[0]
            if start % part:
                raise ValueError(f"{self._key}: expected whole chunks of {part}, from {start}")
            first.append(start // part)
            at.append(isinstance(one, int))
        first += [0] * (self.rank - len(first))
        values = np.asarray(values)
        for axis, is_one in enumerate(at):
            values = np.expand_dims(values, axis) if is_one else values
        return self._begun(tuple(first), values)

    def _begun(self, first: tuple[int, ...], values: np.ndarray) -> Several:
        """Begin to write chunks from one on; only rows, the second axis, may need several."""
        axis = min(1, self.rank - 1)
        part = self._chunk[axis]
        writings = []
        for number, start in enumerate(range(0, values.shape[axis], part)):
            rows = values[start : start + part] if axis == 0 else values[:, start : start + part]
            index = tuple(at + number if one == axis else at for one, at in enumerate(first))
            writings.append(self._begin_chunk(index, rows))
        return Several(writings)

    def _begin_chunk(self, index: tuple[int, ...], values: np.ndarray) -> Writing:
        return self._guarded.begin(self._chunk_key(index), self._encoder.encoded(values))

    def _chunk_key(self, index: tuple[int, ...]) -> str:
        return f"{self._key}/{self._separator.join(map(str, ('c', *index)))}"

    def _write_number(self, i: int, value: Any) -> Writing:
        number, at = divmod(i, self._chunk[0])
        for skipped in range(self._last[0] + 1, number):
            # An earlier recording may have left numbers there.
            self._begin_chunk((skipped,), self._encoder.empty()).result()
        if number != self._last[0]:
            self._last = number, self._encoder.empty()
        values = self._last[1]
        values[at] = value
        return self._begin_numbers(at + 1)

    def _begin_numbers(self, count: int) -> Writing:
        """Begin to write the last chunk of a series, of which ``count`` numbers are there."""
        number, values = self._last
        return self._begin_chunk((number,), values)

    def _cut(self, count: int, empty: float) -> None:
        """Keep the first numbers of a series, and write ``empty`` in the place of others."""
        number, at = divmod(count, self._chunk[0])
        self._last = number, self._found((number,))
        self._last[1][at:] = empty
        self._begin_numbers(at).result()

    def _found(self, index: tuple[int, ...]) -> np.ndarray:
        """Return the values of a chunk, which is empty if it is missing."""
        content = self._guarded.find(self._chunk_key(index))
        return self._encoder.empty() if content is None else self._encoder.decoded(content)

    def _write_metadata(self) -> None:
        content = json.dumps(self._metadata, indent=1).encode()
        self._guarded.write(f"{self._key}/zarr.json", content)


class _Part:
    """A part of an array, to be written."""

    def __init__(self, array: BucketArray, where: tuple[int | slice, ...]):
        self._array, self._where = array, where

    def write(self, values: Any) -> Several:
        """Begin to write it; the result is there when it is written."""
        return self._array.write_part(self._where, values)


class BucketSteps(BucketArray):
    """The steps, which are what commits a snapshot.

    The number after the last step is a mark of this session. A session begins by writing it, and
    with it another stamp: no step of an earlier session can follow.
    """

    @classmethod
    def created(
        cls, guarded: Guarded, key: str, metadata: dict[str, Any], session: str
    ) -> BucketSteps:
        """Write new steps, with the mark of a session."""
        steps = cls(guarded, key, _with_session(metadata, session), True)
        steps._cut(0, NO_STEP)
        steps._write_metadata()
        return steps

    @classmethod
    def fenced(cls, guarded: Guarded, key: str, metadata: dict[str, Any], session: str) -> None:
        """Write the mark of a session after the last step, wherever that is.

        An earlier session may commit a step until then, which stays.

        Args:
            guarded: writes objects.
            key: of the steps.
            metadata: of new steps, if there are none.
            session: the id of the session.
        """
        found = guarded.find(f"{key}/zarr.json")
        known = metadata if found is None else json.loads(found)
        steps = cls(guarded, key, _with_session(known, session), True)
        for attempt in range(_ATTEMPTS):
            try:
                steps._fence()
                return
            except SupersededError:
                if attempt == _ATTEMPTS - 1:
                    raise

    def _fence(self) -> None:
        size = self._chunk[0]
        number, held = -1, size
        values = self._encoder.empty()
        while held == size:
            number += 1
            # Its end and its stamp are of one look at it.
            values = self._found((number,))
            # There is room for a step before it is there: this is looked at afterwards.
            found = self._guarded.find(f"{self._key}/zarr.json")
            claimed = 0 if found is None else int(json.loads(found)["shape"][0])
            room = max(claimed - number * size, 0)
            held = min(room, int(np.append(is_end(values), True).argmax()))
        values[held:] = NO_STEP
        self._last = number, values
        self._begin_numbers(held).result()

    @property
    def _mark(self) -> int:
        return _MARKS[int(self._metadata["attributes"][_OF_SESSION][:15], 16)]

    def _begin_numbers(self, count: int) -> Writing:
        number, values = self._last
        marked = np.append(values, NO_STEP)
        marked[count] = self._mark
        if count == len(values):
            # Before the chunk is full, which is when the next one begins to count.
            following = self._encoder.empty()
            following[0] = self._mark
            self._begin_chunk((number + 1,), following).result()
        return self._begin_chunk((number,), marked[:-1])


def is_end(steps: np.ndarray) -> np.ndarray:
    """Return where an array holds no step; what comes after the first such place is none either."""
    return (steps == NO_STEP) | ((steps >= _MARKS.start) & (steps < _MARKS.stop))


def _with_session(metadata: dict[str, Any], session: str) -> dict[str, Any]:
    attributes = {**(metadata.get("attributes") or {}), _OF_SESSION: session}
    return {**metadata, "attributes": attributes, "shape": list(metadata["shape"])}


class _Encoder:
    """Turns values into the bytes of a chunk, and back, by the codecs of an array."""

    def __init__(self, metadata: dict[str, Any]):
        self._shape = tuple(metadata["chunk_grid"]["configuration"]["chunk_shape"])
        plain = {key: metadata[key] for key in ("data_type", "chunk_grid", "fill_value", "codecs")}
        self._fill = metadata["fill_value"]
        context = ts.Context()
        self._array = ts.open(
            {
                "driver": "zarr3",
                "kvstore": {"driver": "memory"},
                "store_data_equal_to_fill_value": True,
                "metadata": {**plain, "shape": list(self._shape)},
            },
            create=True,
            context=context,
        ).result()
        self._store = ts.KvStore.open({"driver": "memory"}, context=context).result()
        self._key = "/".join(map(str, ("c", *(0 for _ in self._shape))))
        self._turn = threading.Lock()

    def metadata(self) -> dict[str, Any]:
        """Return the metadata of an array of one chunk, as TensorStore writes them."""
        return json.loads(self._store["zarr.json"])

    def empty(self) -> np.ndarray:
        """Return a chunk without values."""
        fill = np.asarray(self._fill).astype(self._array.dtype.numpy_dtype)
        return np.full(self._shape, fill)

    def encoded(self, values: np.ndarray) -> bytes:
        """Return the bytes of a chunk; values that are missing at its end are filled up."""
        whole = values
        if values.shape != self._shape:
            whole = self.empty()
            whole[tuple(map(slice, values.shape))] = values
        with self._turn:
            self._array.write(whole).result()
            return self._store[self._key]

    def decoded(self, content: bytes) -> np.ndarray:
        """Return a copy of the values of a chunk.

        Raises:
            ValueError: it is damaged.
        """
        with self._turn:
            self._store[self._key] = content
            return np.array(self._array.read().result())
