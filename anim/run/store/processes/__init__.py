"""Recordings to which many processes write together.

What a failure leaves:

    a process never comes       an error in every process that names it, and nothing recorded
    processes disagree          the same error in every process, and nothing recorded
    one dies, or fails          its snapshot has no step: it is not there; process 0 gives up after
                                a time limit, at once if that process could still close
    process 0 dies              the snapshots so far; others give up when they run out of slots,
                                or close, and name the steps that are not committed
    all are started again       they go on after the last snapshot, behind the slots claimed
    another recording           whatever began in the same place, alone or together, or if it was
    replaces this one           removed: each process learns it before the next slot, and stops

One thing remains possible: a process that outlives its session looks, stands still just before or
within the write of its rows, and wakes up when another recording has these very slots. Recordings
of processes together begin behind the slots that an earlier one claimed, as long as
`session.json` is there; one of a single process, or in a place that was emptied, begins with the
first.
"""
