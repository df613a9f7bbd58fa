"""The process that load comes from: what it is told to do, one load after the other."""

from multiprocessing.connection import Connection

from benchmarks import load, wrk
from benchmarks.load import LoadFailed


def serve(orders: Connection, ready: Connection) -> None:
    """`orders` are a load and for how many seconds; the answer is what was measured, or why nothing was."""
    ready.send(True)
    while (order := orders.recv()) is not None:
        try:
            orders.send(wrk.run(*order) if wrk.able(*order) else load.run(*order))
        except (LoadFailed, OSError) as error:
            orders.send(LoadFailed(str(error)))
