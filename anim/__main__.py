"""``python -m anim``: list the commands."""

print(
    """python -m anim.render [RUN ...] --out FILE   animate runs, or the post's experiment
python -m anim.train --out RUN               record the post's experiment
python -m anim.record --out RUN FILE ...     record predictions that were saved
python -m anim.report RUN                    print how far a run's scores can be believed
python -m anim.watch RUN                     show a run in a browser, also while it is recorded
python -m anim.embed FILE                    print what to paste into a post to show a file

Each takes --help."""
)
