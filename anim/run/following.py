"""What a snapshot must have in common with those before it."""

from __future__ import annotations

from collections.abc import Sequence

from anim.run.checking import check_classes, check_same_form, warn_if_probs
from anim.run.handover import HandedOver
from anim.run.scalars import with_names
from anim.run.snapshots import form_of, like


def check_following(given: HandedOver, last: HandedOver, classes: Sequence[str] | None) -> None:
    """Raise ValueError unless a snapshot may follow the last one; take over what these share.

    Args:
        given: the snapshot.
        last: what was handed over last.
        classes: K names, or None.
    """
    assert given.examples is not None
    given.scalars = with_names(last.scalars, given.metrics)
    if last.examples is not None:
        given.examples.check_same(last.examples)
        # One array of labels for all snapshots, not one for each.
        given.examples = last.examples
    labels = given.examples.labels
    given.seen = given.seen.after(last.seen)
    given.seen.check_classes(labels, classes)
    if last.form:
        # An earlier version kept less of the scores.
        given.snapshot = like(given.snapshot, last.form)
        given.form = form_of(given.snapshot)
        check_same_form(given.form, last.form)
        return
    if given.form:
        warn_if_probs(given.snapshot, given.seen, labels)
        check_classes(given.form, labels, classes)
