"""Ports for processes that are killed and come back, one range for each worker of the tests.

Below the range from which the system gives out ports of its own: there a neighbour that keeps
calling a dead process may be given that very port as its own, and talk to itself.
"""

import itertools
import os
import socket
from typing import Final

HOST: Final = "127.0.0.1"
FIRST: Final = 18_000
OF_A_WORKER: Final = 700
WORKERS_MAX: Final = 16

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))  # noqa: TID251
_next = itertools.cycle(range(OF_A_WORKER))
_base = FIRST + (_worker % WORKERS_MAX) * OF_A_WORKER


def a_port() -> int:
    for _ in range(OF_A_WORKER):
        port = _base + next(_next)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise OSError("no free port")
