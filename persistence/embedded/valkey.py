"""One Valkey server: a cache that forgets everything when it stops, behind a socket only its owner may open."""

import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote, unquote, urlsplit

from persistence.embedded.binaries import valkey_server
from persistence.embedded.place import Place
from persistence.embedded.process import Children


@dataclass(frozen=True, slots=True)
class Valkey:
    program: Path
    directory: Path
    socket: Path

    name = "valkey"
    stop_signal = signal.SIGTERM

    @classmethod
    def at(cls, place: Place) -> Self:
        return cls(valkey_server(place.account), place.home, place.sockets / "valkey.sock")

    def prepare(self, children: Children) -> None:
        """It keeps nothing, and replaces a socket left behind."""

    def command(self) -> list[str]:
        listening = ["--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        forgetful = ["--save", "", "--appendonly", "no", "--dir", str(self.directory)]
        bounded = ["--maxmemory", "128mb", "--maxmemory-policy", "allkeys-lru"]
        return [str(self.program), *listening, *forgetful, *bounded]

    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    def answers(self) -> bool:
        return answers(self.url())

    def dismiss(self, children: Children) -> None:
        _ask(self.socket, b"SHUTDOWN NOSAVE")


def answers(url: str) -> bool:
    return _ask(Path(unquote(urlsplit(url).path)), b"PING").startswith(b"+PONG")


def _ask(path: Path, command: bytes) -> bytes:
    """The beginning of the reply; nothing if nobody replies."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(str(path))
            connection.sendall(command + b"\r\n")
            return connection.recv(64)
        except OSError:
            return b""
