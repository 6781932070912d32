"""One setting, several values: the experiments of ``--sweep NAME=VALUE,VALUE,...``.

Light, as `anim.settings` is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from anim.errors import SettingError
from anim.settings import (
    MAX_REPLICAS,
    MAX_RUNS,
    SIZES,
    VAL_PER_TRAIN,
    XOR_TRAIN_SIZE,
    Experiment,
    one_of,
    settings_of,
    whole,
)
from anim.settings.parsing import widths_of

_DEEPEST = 64

# What the texts of values are, by the type of a setting, and depth, which is no setting itself.
_KINDS = {int: "whole numbers", float: "numbers", str: "names"}
_SETTINGS = {one.name: one for one in settings_of(Experiment)}
SWEPT = (*_SETTINGS, "depth")


def experiments(given: Mapping) -> dict[str, Experiment]:
    """What the options of a command ask for: experiments by name, one of no name without a sweep.

    Args:
        given: options by the names of settings, ``sweep`` and ``replicas`` among them.

    Raises:
        SettingError: one of them cannot be.
    """
    if given.get("replicas") is not None:
        whole("replicas", given["replicas"], 2, MAX_REPLICAS)
    one = Experiment.of(given)
    return swept(given["sweep"], one, given) if "sweep" in given else {"": one}


def swept(text: str, base: Experiment, given: Collection[str] = ()) -> dict[str, Experiment]:
    """The experiments of a sweep by what they are called, such as ``hidden=3``.

    Args:
        text: ``NAME=VALUE,VALUE,...``. The name is that of a setting, or ``depth``: how many
            hidden layers of the base's width there are. A hidden value is a layer's width, or
            several with ``-`` between. With ``train_size`` every run takes as many steps and is
            validated on as many examples.
        base: what the other settings are.
        given: names of settings that were chosen beside it.

    Raises:
        SettingError: an unknown name, a value it cannot take, or too few or too many of them.
    """
    name, _, values = text.partition("=")
    name = name.strip().replace("-", "_")
    one_of("sweep", name, SWEPT)
    parts = [part.strip() for part in values.split(",") if part.strip()]
    if not 2 <= len(parts) <= MAX_RUNS:
        problem = f"expected NAME=VALUE,VALUE,... with 2 to {MAX_RUNS} values, got {text!r}"
        raise SettingError("sweep", problem)
    flag = name.replace("_", "-")
    if name in given:
        raise SettingError("sweep", f"--{flag} is given beside the sweep of it")
    type_ = int if name == "depth" else _SETTINGS[name].type
    kind = _KINDS.get(type_, "widths such as 3 or 16-16")
    try:
        converted = [type_(part) if type_ in _KINDS else widths_of(part, "-") for part in parts]
    except ValueError:
        raise SettingError("sweep", f"expected {kind}, got {values!r}") from None
    if len(set(converted)) < len(converted):
        raise SettingError("sweep", f"expected each value once, got {values!r}")
    return {
        f"{flag}={part}": _changed(base, name, value, converted)
        for part, value in zip(parts, converted, strict=True)
    }


def _changed(base: Experiment, name: str, value, values: list) -> Experiment:
    if name == "depth":
        whole("depth", value, 0, _DEEPEST)
        return replace(base, hidden=(base.hidden or Experiment().hidden)[:1] * value)
    if name != "train_size":
        return replace(base, **{name: value})
    whole("train_size", value, 1)
    # As many steps, however many of them are an epoch, and looks at the same of them.
    if base.data == "xor":
        usual, shown = XOR_TRAIN_SIZE, VAL_PER_TRAIN * XOR_TRAIN_SIZE
    else:
        usual, shown = max(values), max(SIZES[base.data] - max(values), 1)
    epoch, own = (-(-size // base.batch_size) for size in (usual, value))
    return replace(
        base,
        train_size=value,
        val_size=base.val_size or shown,
        epochs=max(1, round(base.epochs * epoch / own)),
        every=base.every or epoch,
    )
