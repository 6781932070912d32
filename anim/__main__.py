"""``python -m anim``: says which commands there are."""

print(
    """python -m anim.render [RUN ...] --out FILE   animates runs, or the post's experiment
python -m anim.train --out RUN               records the post's experiment
python -m anim.record --out RUN FILE ...     records predictions that were saved
python -m anim.report RUN                    prints how far a run's scores can be believed
python -m anim.watch RUN                     shows a run in a browser, also while it is recorded

Each takes --help."""
)
