"""A format that is not in the table: frames without compression."""

from anim.encode.pending import PendingFile


class RawWriter:
    """Appends the pixels of each frame; implements `anim.encode.animation.Writer`."""

    def __init__(self, path, clip, samples, exact):
        self.path = path
        self._file = PendingFile(path)
        self._stream = self._file.open()

    @property
    def bytes(self):
        return self._file.size

    @staticmethod
    def levels(has_alpha):
        return ("all colours",)

    def take(self, rgba):
        return rgba.tobytes()

    def write(self, taken, ticks):
        self._stream.write(taken * ticks)

    def end(self):
        self._stream.close()

    def commit(self):
        self._file.commit()

    def discard(self):
        self._file.discard()
