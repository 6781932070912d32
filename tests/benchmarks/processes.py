"""What it costs that many processes record together, by a simulation of their requests.

    python tests/benchmarks/processes.py

Nothing is measured here but the number of requests: latencies are assumed, and printed. Then
processes are killed and paused at random, and each committed snapshot is looked at.
"""

import statistics
import time

from tests.support.many_processes import Training
from tests.support.simulation import BUCKET, DISK

SNAPSHOTS, EVERY, ROWS = 50, 30.0, 0.5
DISTURBED, SEEDS = 1000, 3


def main() -> None:
    print(f"a snapshot every {EVERY:g} s; rows of a process take {ROWS:g} s at the median")
    print("ranks  store   requests a snapshot    to close   seconds from the last process's rows "
          "to\n                 of all   process 0   of each   the step: median    longest"
    )  # fmt: skip
    for name, latencies in (("bucket", BUCKET), ("disk", DISK)):
        print(f"{name}: reads {1e3 * latencies.read:g} ms, writes {1e3 * latencies.write:g} ms at "
              f"the median, one in forty {latencies.spread:g} times as long or longer, "
              f"{latencies.parallel} reads at a time")  # fmt: skip
        for count in (4, 100, 1000):
            training = Training(count, SNAPSHOTS, EVERY, rows=ROWS, latencies=latencies)
            training.start()
            training.world.run()
            training.check()
            assert training.is_done
            of_all = sum(training.until_closing.values())
            of_first = training.until_closing[0]
            closing = sum(one.requests.total() for one in training.processes) - of_all
            print(f"{count:5}  {name:6}  {of_all / SNAPSHOTS:7.0f}  {of_first / SNAPSHOTS:10.0f}"
                  f"{closing / count:10.0f}{statistics.median(training.delays):19.3f}"
                  f"{max(training.delays):10.3f}")  # fmt: skip
    begin, starts, kept = time.process_time(), 0, 0
    for seed in range(SEEDS):
        training = Training(DISTURBED, SNAPSHOTS, in_session=20, seed=seed)
        training.start()
        training.disturb(mean=30)
        training.world.run()
        training.check()
        assert training.is_done
        starts, kept = starts + training.starts, kept + len(training.steps)
    print(f"{DISTURBED} processes, killed or paused and started again {starts - SEEDS} times: "
          f"{kept} snapshots, each with the rows of every process, of its own session "
          f"({time.process_time() - begin:.0f} CPU s)")  # fmt: skip


if __name__ == "__main__":
    main()
