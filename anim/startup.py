"""Quick starts of the commands: compiled programs are kept, and imports overlap with other work."""

from __future__ import annotations

import importlib
import os
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

# The programs of one command take 0.4 MB on a CPU.
_MAX_BYTES = 256_000_000
# The settings that are changed here, with JAX's own defaults.
_DEFAULTS = {
    "jax_compilation_cache_dir": None,
    "jax_persistent_cache_min_compile_time_secs": 1.0,
    "jax_platforms": None,
}


@contextmanager
def programs_kept() -> Iterator[None]:
    """Keep compiled programs in JAX's persistent cache, in the user's cache folder.

    The user's settings of JAX take precedence: ``JAX_COMPILATION_CACHE_DIR`` moves the cache,
    ``JAX_ENABLE_COMPILATION_CACHE=0`` turns it off. If the cache cannot be read or written, JAX
    compiles as it does without one. All settings are restored at the end.
    """
    folder = cache_folder()
    if folder is None or not _is_writable(folder):
        yield
        return
    settings = settings_of_jax(
        jax_compilation_cache_dir=str(folder), jax_persistent_cache_min_compile_time_secs=0.0
    )
    with settings, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Error (reading|writing) persistent compilation cache")
        try:
            yield
        finally:
            shrink(folder, _MAX_BYTES)


@contextmanager
def settings_of_jax(**wanted: str | float) -> Iterator[None]:
    """Change settings of JAX that the user has not made, and restore them at the end.

    JAX reads its environment variables when it is imported, which commands do late. This sets
    them, because importing JAX here would delay the errors of wrong calls.

    Args:
        wanted: names of ``jax.config`` and their values; a name that the environment or the
            configuration has already is left as it is.
    """
    free = [name for name in wanted if name.upper() not in os.environ]
    if "jax" in sys.modules:
        import jax

        free = [name for name in free if getattr(jax.config, name) == _DEFAULTS[name]]
        _configure({name: wanted[name] for name in free})
    os.environ.update({name.upper(): str(wanted[name]) for name in free})
    try:
        yield
    finally:
        for name in free:
            os.environ.pop(name.upper(), None)
        if "jax" in sys.modules:
            _configure({name: _DEFAULTS[name] for name in free})


@contextmanager
def importing(*names: str) -> Iterator[None]:
    """Import modules in a thread, which saves time while other work releases the GIL.

    An error is left to the import statement that needs the module, which raises it again.
    """

    def work() -> None:
        with suppress(Exception):
            for name in names:
                importlib.import_module(name)

    thread = threading.Thread(target=work, name="imports")
    thread.start()
    try:
        yield
    finally:
        thread.join()


def cache_folder() -> Path | None:
    """Return the folder for compiled programs; None if the user has no home."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", ""))
        # The XDG specification says to ignore a relative path.
        base = base if base.is_absolute() else home / ".cache"
    return base / "anim" / "programs"


def shrink(folder: Path, max_bytes: int) -> None:
    """Delete the least recently used files until the others take at most ``max_bytes``.

    JAX's own limit (``JAX_COMPILATION_CACHE_MAX_SIZE``) needs a package that JAX does not install,
    and takes a lock for each program it reads. A program that is deleted while another command
    runs is compiled again.
    """
    with suppress(OSError):
        files = [(path, path.stat()) for path in folder.rglob("*") if path.is_file()]
        excess = sum(stat.st_size for _, stat in files) - max_bytes
        for path, stat in sorted(files, key=lambda one: max(one[1].st_atime, one[1].st_mtime)):
            if excess <= 0:
                break
            path.unlink(missing_ok=True)
            excess -= stat.st_size


def _is_writable(folder: Path) -> bool:
    with suppress(OSError):
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
    return False


def _configure(settings: Mapping[str, str | float | None]) -> None:
    import jax
    from jax.experimental.compilation_cache import compilation_cache

    for name, value in settings.items():
        jax.config.update(name, value)
    # JAX looks at the folder once, unless it is told to look again.
    compilation_cache.reset_cache()
