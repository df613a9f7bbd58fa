"""How a process takes its leave of those who wait in the queue of its socket: nobody new, and nobody forgotten.

A socket that is closed resets whatever the kernel has accepted for it and the process has not. On Linux a filter keeps
new connections out first: to them it is as if the network had lost a packet, and a second later nobody listens there.
"""

import asyncio
import contextlib
import ctypes
import select
import socket
import struct
import sys
from collections.abc import Sequence

QUEUE_SECONDS = 0.15
QUEUE_LOOKS_MAX = 6

_SO_ATTACH_FILTER = 26
_SO_DETACH_FILTER = 27
_TO_OPEN = (
    (0x30, 0, 0, 13),  # the flags of the segment,
    (0x54, 0, 0, 0x12),  # of them SYN and ACK:
    (0x15, 0, 1, 0x02),  # SYN alone asks for a connection
    (0x06, 0, 0, 0),  # and is dropped,
    (0x06, 0, 0, 0xFFFFFFFF),  # all else goes through.
)


def admit(listener: socket.socket) -> None:
    """Let new connections in again, should the process before this one have closed the door."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            listener.setsockopt(socket.SOL_SOCKET, _SO_DETACH_FILTER, 0)


def admit_nobody(listener: socket.socket) -> None:
    """Keep new connections out, where the system knows how; those in the queue stay."""
    if sys.platform == "linux":
        steps = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _TO_OPEN))
        program = struct.pack("HL", len(_TO_OPEN), ctypes.addressof(steps))
        with contextlib.suppress(OSError):
            listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


async def empty(listeners: Sequence[socket.socket]) -> None:
    """Wait until everybody in the queues was let in by those who accept on these sockets."""
    for listener in listeners:
        admit_nobody(listener)
    for _ in range(QUEUE_LOOKS_MAX):
        # The last to come may be in the middle of shaking hands.
        await asyncio.sleep(QUEUE_SECONDS)
        if not any(map(has_queue, listeners)):
            return


def has_queue(listener: socket.socket) -> bool:
    waiting = select.poll()
    waiting.register(listener.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
