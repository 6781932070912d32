"""``python -m anim``: says which commands there are."""

print(
    """python -m anim.render [RUN ...] --out FILE   animates runs, or the post's experiment
python -m anim.train --out RUN               records the post's experiment
python -m anim.record --out RUN FILE ...     records predictions that were saved

Each takes --help."""
)
