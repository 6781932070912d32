"""Records predictions batch by batch, whatever they turn out to be."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import closing

from anim.errors import ElementError, SettingError
from anim.integrations.outputs import Look
from anim.run import Recorder

# Yields the predictions of a batch, their labels or None, and what the model says of them; and, if
# more is known of the examples, arguments of `anim.Recorder.snapshot`.
Stream = Callable[[], Generator[tuple]]


class _OtherKindError(Exception):
    """The predictions are not what their first batch looked like."""


def record_stream(
    recorder: Recorder,
    step: int,
    stream: Stream,
    metrics: Mapping[str, float],
    settle: Callable[[Look], str],
    *,
    known: str | None,
    is_joint: bool = False,
    is_multilabel: bool = False,
) -> None:
    """Record predictions in bounded memory, as what all of them together look like.

    Whether they are logits or probabilities is taken from the first batch, unless it is known. If
    all of them turn out to be the other, nothing is recorded, and they are computed once more.

    Args:
        recorder: where to record.
        step: of the snapshot.
        stream: yields the predictions batch by batch; the same ones each time.
        metrics: scalars to record with them.
        settle: returns ``logits`` or ``probs`` for what was looked at; raises ValueError if it
            is neither.
        known: which of them they probably are; None if that is not known.
        is_joint: whether other processes take part in computing each batch: then they are computed
            once and to the end, whatever happens, as the others would wait for ever.
        is_multilabel: whether an example may have several labels.

    Raises:
        ValueError: as of ``settle``, and of `anim.Recorder.collecting`.
    """
    while True:
        look = Look(is_multilabel)
        try:
            with closing(stream()) as batches, recorder.collecting(step, metrics=metrics) as part:
                try:
                    known = _fed(part, batches, look, settle, known)
                except Exception:
                    for _ in batches if is_joint else ():
                        pass
                    raise
            return
        except _OtherKindError:
            known = settle(look)
            if is_joint:
                problem = f"expected 'logits' or 'probs', as only all predictions look like {known}"
                raise SettingError("outputs", f"{problem}, got None") from None


def _fed(part, batches, look: Look, settle: Callable[[Look], str], known: str | None) -> str:
    """Add all batches to a snapshot, and return the kind that they have.

    Raises:
        _OtherKindError: that is not the kind they were added as.
    """
    problem: ElementError | None = None
    for predictions, labels, declared, *more in batches:
        look.add(predictions, declared)
        if problem is not None or not len(predictions):
            continue
        if known is None:
            known = "probs" if look.has_probs_alone or declared == "probs" else "logits"
        try:
            part.add(**{known: predictions}, labels=labels, **(more[0] if more else {}))
        except ElementError as error:
            # The others show whether this is an error, or a kind that was taken for the other.
            problem = error
    found = settle(look)
    if found != known:
        raise _OtherKindError
    if problem is not None:
        raise problem
    return found
