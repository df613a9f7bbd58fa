"""A socket that lets nobody new in keeps those whom it has, and lets the next process open the door again."""

from __future__ import annotations

import socket
import sys

import pytest

from app.drain import admit, admit_nobody, has_queue

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a filter for what comes to a socket")


def test_nobody_new_comes_in_until_the_door_is_opened_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        early = socket.create_connection(listener.getsockname())
        admit_nobody(listener)
        with pytest.raises(TimeoutError):
            socket.create_connection(listener.getsockname(), timeout=0.2)
        kept = has_queue(listener)
        served, _ = listener.accept()
        early.sendall(b"still here")
        said = served.recv(100)
        empty = not has_queue(listener)
        admit(listener)
        late = socket.create_connection(listener.getsockname(), timeout=10)
        for one in (early, served, late):
            one.close()

    assert (kept, said, empty) == (True, b"still here", True)
