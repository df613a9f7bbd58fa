"""Where services keep their files and sockets, and the account they run as."""

import contextlib
import hashlib
import os
import pwd
import re
import secrets
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from persistence.embedded.process import ServiceFailed

# For a root whose data directory lies below a private one, such as its home.
_STATE_OF_ROOT = Path("/var/lib/cercle")
_LONGEST_SOCKET_NAME = ".s.PGSQL.5432"
_LONGEST_SOCKET_BYTES = 103 if sys.platform == "darwin" else 107
# Other characters mean something in the URLs a path ends up in: a comma separates hosts, a percent sign escapes.
_PLAIN = re.compile(r"[\w./-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """`home` and `sockets` belong to `account` and are closed to all others."""

    home: Path
    sockets: Path
    account: pwd.struct_passwd | None  # None: services run as we do

    def tidy(self) -> None:
        """Removes a socket directory that lies in a place shared with others, if its sockets are gone."""
        if self.sockets.parent != self.home:
            with contextlib.suppress(OSError):
                self.sockets.rmdir()


def settle(data_dir: Path) -> Place:
    """Finds a place for the services of an existing `data_dir` and makes the directories that are missing."""
    home = data_dir / "services"
    account = _account(home)
    if home.is_symlink() and not home.exists():
        raise ServiceFailed(f"{home} points to {home.readlink()}, which is gone: bring it back or remove the link")
    if account and not home.exists() and not open_to_others(data_dir):
        # The account cannot get there, and opening the directories above is not ours to do.
        home.symlink_to(_own(opened(_STATE_OF_ROOT) / secrets.token_hex(8), account))
    home = _own(home.resolve(), account)
    return Place(home, _own(_socket_directory(home, account), account), account)


def open_to_others(path: Path) -> bool:
    """Whether an account without rights of its own gets to `path` and may list or run it."""
    path = path.resolve()
    usable = stat.S_IROTH | stat.S_IXOTH
    return path.stat().st_mode & usable == usable and all(p.stat().st_mode & stat.S_IXOTH for p in path.parents)


def opened(directory: Path) -> Path:
    """Makes a directory of root's that all may enter, whatever the umask."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o755)
    return directory


def _account(home: Path) -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    # PostgreSQL refuses to run as root. Files that somebody else owns already stay theirs.
    owner = home.stat().st_uid if home.exists() else 0
    try:
        return pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError as missing:
        raise ServiceFailed(f"started by root, services need an account to run as: {missing}") from None


def _socket_directory(home: Path, account: pwd.struct_passwd | None) -> Path:
    name = f"cercle-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
    shared = [Path(path) for path in (tempfile.gettempdir(), "/tmp")]
    reachable = [directory / name for directory in shared if account is None or open_to_others(directory)]
    for directory in (home / "sockets", *reachable):
        path = str(directory / _LONGEST_SOCKET_NAME)
        if len(os.fsencode(path)) <= _LONGEST_SOCKET_BYTES and _PLAIN.fullmatch(path):
            return directory
    raise ServiceFailed(f"no directory for sockets: the path of {home} is too long and {shared} cannot be used")


def _own(directory: Path, account: pwd.struct_passwd | None) -> Path:
    """Makes a directory that nobody else may enter; one found under its name must be just that."""
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    found = directory.lstat()
    owner = account.pw_uid if account else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077 or found.st_uid not in (owner, os.geteuid()):
        raise ServiceFailed(f"{directory} must be a directory of our own that others may not enter: move it away")
    if account and found.st_uid != owner:
        os.chown(directory, owner, account.pw_gid, follow_symlinks=False)
    return directory
