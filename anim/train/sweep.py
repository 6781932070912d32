"""The experiments of ``--sweep NAME=VALUE,VALUE,...``, one for each value of a setting.

Like `anim.settings`, this module imports neither JAX nor NumPy.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from anim.errors import SettingError
from anim.settings import (
    DATASETS,
    MAX_REPLICAS,
    MAX_RUNS,
    Experiment,
    one_of,
    settings_of,
    whole,
)
from anim.settings.parsing import widths_of

_DEEPEST = 64

# Names of the types that a text is converted to.
_KINDS = {int: "whole numbers", float: "numbers", str: "names"}
_SETTINGS = {one.name: one for one in settings_of(Experiment)}
SWEPT = (*_SETTINGS, "depth")


def experiments(given: Mapping[str, Any]) -> dict[str, Experiment]:
    """Return the experiments that the options of a command describe.

    Args:
        given: values by the names of settings, with ``sweep`` and ``replicas`` among them.

    Returns:
        Experiments by name. Without a sweep there is one, named "".

    Raises:
        SettingError: a value out of its limits.
    """
    if given.get("replicas") is not None:
        whole("replicas", given["replicas"], 2, MAX_REPLICAS)
    one = Experiment.of(given)
    return swept(given["sweep"], one, given) if "sweep" in given else {"": one}


def swept(text: str, base: Experiment, given: Collection[str] = ()) -> dict[str, Experiment]:
    """Return the experiments of a sweep by name, such as ``hidden=3``.

    Args:
        text: ``NAME=VALUE,VALUE,...``. The name is that of a setting, or ``depth``, the number of
            hidden layers of the base's width. A value of ``hidden`` is the width of one layer, or
            several widths with ``-`` between them. With ``train_size`` all runs take the same
            number of steps and are validated on the same number of examples.
        base: the other settings.
        given: names of settings that were chosen explicitly.

    Raises:
        SettingError: an unknown name, a value out of its limits, or too few or too many values.
    """
    name, _, values = text.partition("=")
    name = name.strip().replace("-", "_")
    one_of("sweep", name, SWEPT)
    flag = name.replace("_", "-")
    if name in given:
        raise SettingError("sweep", f"--{flag} cannot be combined with --sweep {flag}=...")
    parts = [part.strip() for part in values.split(",") if part.strip()]
    if not 2 <= len(parts) <= MAX_RUNS:
        problem = f"expected NAME=VALUE,VALUE,... with 2 to {MAX_RUNS} values, got {text!r}"
        raise SettingError("sweep", problem)
    converted = _converted(name, parts)
    if len(set(converted)) < len(converted):
        raise SettingError("sweep", f"expected each value once, got {values!r}")
    return {
        f"{flag}={part}": _changed(base, name, value, converted)
        for part, value in zip(parts, converted, strict=True)
    }


def _converted(name: str, parts: Sequence[str]) -> list[Any]:
    kind = int if name == "depth" else _SETTINGS[name].type
    try:
        return [kind(part) if kind in _KINDS else widths_of(part, "-") for part in parts]
    except ValueError:
        expected = _KINDS.get(kind, "widths such as 3 or 16-16")
        raise SettingError("sweep", f"expected {expected}, got {','.join(parts)!r}") from None


def _changed(base: Experiment, name: str, value: Any, values: Sequence[Any]) -> Experiment:
    if name == "depth":
        whole("depth", value, 0, _DEEPEST)
        return replace(base, hidden=(base.hidden or Experiment().hidden)[:1] * value)
    if name == "train_size":
        whole("train_size", value, 1)
        return _with_train_size(base, value, max(values))
    return replace(base, **{name: value})


def _with_train_size(base: Experiment, size: int, largest: int) -> Experiment:
    """Return the experiment with the steps, snapshots and validation examples of the others."""
    source = DATASETS[base.data]
    usual = source.train_size if source.examples is None else largest
    usual_epoch, epoch = (-(-examples // base.batch_size) for examples in (usual, size))
    return replace(
        base,
        train_size=size,
        val_size=base.val_size or source.val_size(usual),
        epochs=max(1, round(base.epochs * usual_epoch / epoch)),
        every=base.every or usual_epoch,
    )
