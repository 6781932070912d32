"""A recording in a bucket: S3 and what speaks its protocol, Google Cloud Storage, or memory."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from anim.errors import BucketError, RecordingError
from anim.run.store.buckets import clouds
from anim.run.store.buckets import lease as bucket_lease
from anim.run.store.buckets.arrays import NO_STEP, BucketArray, BucketSteps
from anim.run.store.buckets.guarded import Guarded
from anim.run.store.buckets.lease import BucketLease
from anim.run.store.buckets.objects import MISSING, Objects
from anim.run.store.claims import json_object
from anim.run.store.place import Url
from anim.run.store.store import BIRTH

# What the metadata of a stranger may claim: bytes of a chunk, and of numbers by snapshot, which
# need no objects to show for them.
_LARGEST_CHUNK, _LARGEST_SERIES = 1 << 28, 1 << 27


# What parsing the metadata of an array raises.
_DAMAGE = (ValueError, KeyError, TypeError, AttributeError, IndexError)


class Bucket:
    """A `Store` in a bucket; each request is tried again for a while.

    Args:
        url: of the place.
    """

    # A request costs as much as sending a few megabytes takes.
    chunk_bytes = 1 << 24
    names_arrays = True

    def __init__(self, url: Url):
        self._url = url
        self.context = clouds.context_of(url.scheme)
        self._kvstore = clouds.spec_of(*url)
        self._objects = Objects(self.name, self._kvstore, self.context)
        self._guarded: Guarded | None = None
        self._session = ""

    @property
    def name(self) -> str:
        return str(self._url)

    @property
    def title(self) -> str:
        return self.name.rpartition("/")[2]

    @property
    def identity(self) -> str:
        return f"{self._kvstore.get('endpoint', '')} {self.name}"

    def child(self, name: str) -> Bucket:
        return Bucket(self._url.child(name))

    def fixed(self) -> Bucket:
        return self

    def spec(self, array: str) -> dict[str, Any]:
        path = f"{self._kvstore['path']}{array}/"
        return {"kvstore": {**self._kvstore, "path": path}}

    def created(self, array: str, spec: dict[str, Any]) -> BucketArray:
        kind = BucketSteps if array == "steps" else BucketArray
        return kind.created(self._guard(), array, spec["metadata"], self._session)

    def reopened(self, array: str, count: int, empty: float | None) -> BucketArray:
        kind = BucketSteps if array == "steps" else BucketArray
        return kind.reopened(self._guard(), array, count, empty, self._session)

    def fence(self, steps: dict[str, Any]) -> None:
        # Steps that are damaged are not gone on with, but replaced.
        with contextlib.suppress(*_DAMAGE):
            BucketSteps.fenced(self._guard(), "steps", steps, self._session)

    def _guard(self) -> Guarded:
        if self._guarded is None:
            raise RecordingError(f"{self.name!r} is not held")
        return self._guarded

    def read(self, key: str, limit: int) -> bytes | None:
        content = self._objects.find(key).content
        if content is not None and len(content) > limit:
            raise BucketError(f"{self.name}/{key}: larger than {limit:,} bytes")
        return content

    def write(self, key: str, content: bytes) -> None:
        if self._guarded is None:
            self._objects.write(key, content)
        else:
            self._guarded.write(key, content)

    def write_if(self, key: str, content: bytes, stamp: object) -> object | None:
        """As of a `Store`; the content must be unlike that of others, as their ids make it.

        What is refused may be there already, as the answer to an earlier attempt got lost.
        """
        before = MISSING if stamp is None else stamp
        assert isinstance(before, bytes)
        written = self._objects.write(key, content, before)
        if written is None:
            found = self._objects.find(key)
            if found.content is None:
                self._objects.diagnose(key)
            written = found.stamp if found.content == content else None
        return written

    def exists(self, key: str) -> bool:
        return self.stamp(key or "zarr.json") is not None

    def names(self, prefix: str = "") -> list[str]:
        return self._objects.names(f"{prefix}/" if prefix else "")

    def stamp(self, key: str) -> bytes | None:
        stamp = self._objects.stamp(key)
        return None if stamp == MISSING else stamp

    def clear(self, arrays: Sequence[str]) -> None:
        """Make the recording one without snapshots; objects stay until they are replaced.

        The steps go first; then those who opened it can see that it is another one.
        """
        with contextlib.suppress(*_DAMAGE):
            if "steps" in arrays and self.exists("steps/zarr.json"):
                self.reopened("steps", 0, NO_STEP)
        if "labels" in arrays and self.exists(BIRTH):
            self.renew(BIRTH)

    def renew(self, key: str) -> None:
        """Give metadata of Zarr another stamp, which is made of their content."""
        guarded = self._guard()
        found = guarded.find(key)
        try:
            metadata = json_object(found or b"{}", key)
            attributes = dict(metadata.get("attributes") or {})
        except (ValueError, TypeError):
            metadata, attributes = {}, {}
        attributes["anim-renewed"] = uuid.uuid4().hex
        guarded.write(key, json.dumps({**metadata, "attributes": attributes}, indent=1).encode())

    def check_objects(self, keys: Iterable[str], largest: int) -> None:
        """Do nothing: an object is no FIFO, and TensorStore says if its size is wrong."""

    def check_claim(self, array: str, claimed: int, held: float) -> None:
        is_series = array == "steps" or array.startswith("metrics/")
        if is_series and claimed > _LARGEST_SERIES:
            raise RecordingError(f"{self.name}/{array} claims to hold {claimed:,} bytes")

    def check_chunk(self, array: str, size: int) -> None:
        if size > _LARGEST_CHUNK:
            raise RecordingError(f"{self.name}/{array} claims to have chunks of {size:,} bytes")

    def hold(self) -> BucketLease:
        held = BucketLease(self._objects)
        self._session = held.id
        self._guarded = Guarded(self._objects, held.check_now)
        return held

    def is_held(self) -> bool:
        owner = bucket_lease.owner_of(self._objects.find(bucket_lease.NAME))
        return owner is not None and not bucket_lease.is_stale(owner)

    def is_vacant(self) -> bool:
        if self.exists("zarr.json"):
            return False
        # Without a bucket, or without the right to look, everything seems to be missing.
        self._objects.diagnose("zarr.json")
        return True

    def obstacle(self) -> str:
        return "is not a recording"

    def hint(self) -> str:
        return ""
