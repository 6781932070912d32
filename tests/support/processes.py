"""Runs the same Python code in several processes at once, as jobs on several hosts do."""

import socket
import subprocess
import sys
from collections.abc import Sequence

from tests.support.subprocesses import environment

# Each process joins the others, by its rank, the number of processes and a port.
JAX = """
import os, sys
rank, count, port = map(int, sys.argv[1:4])
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"
import jax
jax.config.update("jax_cpu_collectives_implementation", "gloo")
jax.distributed.initialize(f"127.0.0.1:{port}", count, rank)
"""
TORCH = """
import os, sys
rank, count, port = map(int, sys.argv[1:4])
import torch, torch.distributed
torch.set_num_threads(1)
torch.distributed.init_process_group(
    "gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=count
)
"""
# Processes that do not know of each other, but by what they are given.
GIVEN = "import sys\nrank, count, port = map(int, sys.argv[1:4])\n"


def start_ranks(code: str, count: int, *arguments: object) -> list[subprocess.Popen[str]]:
    """Start ``count`` processes; their ``sys.argv`` is rank, count, a free port and arguments."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    more = map(str, arguments)
    tail = [str(count), str(port), *more]
    env = environment({"OMP_NUM_THREADS": "1"})
    return [
        subprocess.Popen(
            [sys.executable, "-c", code, str(rank), *tail],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(count)
    ]


def outputs_of(processes: Sequence[subprocess.Popen[str]], *, check: bool = True) -> list[str]:
    """Wait for processes, and return what each of them printed.

    Args:
        processes: from `start_ranks`.
        check: whether all of them must have ended well.
    """
    said = [process.communicate(timeout=300) for process in processes]
    for process, (_, errors) in zip(processes, said, strict=True):
        assert not check or process.returncode == 0, errors
    return [output for output, _ in said]


def run_ranks(code: str, count: int, *arguments: object) -> list[str]:
    """Run code in ``count`` processes, and return what each of them printed."""
    return outputs_of(start_ranks(code, count, *arguments))
