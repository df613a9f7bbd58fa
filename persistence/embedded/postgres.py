"""One PostgreSQL cluster: made whole or not at all, reached only through its socket and by password."""

import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, quote, urlsplit

from persistence.embedded.binaries import postgres_programs
from persistence.embedded.launch import CLEAN_ENVIRONMENT
from persistence.embedded.place import Place
from persistence.embedded.process import Children, ServiceFailed

OWNER = "cercle_owner"
APP = "cercle_app"
_DATABASE = "cercle"
_EXTENSIONS = ("pg_trgm", "btree_gist", "unaccent")
_PORT = "5432"  # only names the socket; spelled out in URLs because clients would take another from PGPORT

# pg_trgm asks the C library what a letter is: under LC_CTYPE=C it finds none in Chinese. macOS has no C.UTF-8.
_CTYPE = "UTF-8" if sys.platform == "darwin" else "C.UTF-8"
_LOCALE = ("-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C")
_CHINESE_HAS_LETTERS = "SELECT cardinality(show_trgm('中文字')) > 0"

# Whatever makes a commit durable stays at its default, which is on.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": _PORT,
    "max_connections": "200",
    "shared_buffers": "256MB",
    "jit": "off",
    "max_wal_size": "512MB",  # what there is to replay after a crash, more or less: a few seconds
    "log_checkpoints": "off",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    programs: Path
    directory: Path
    sockets: Path
    settings: Mapping[str, str]

    name = "postgres"
    stop_signal = signal.SIGINT  # fast shutdown: connections are closed, nothing is lost

    @classmethod
    def at(cls, place: Place, settings: Mapping[str, str]) -> Self:
        return cls(postgres_programs(place.account), place.home / "postgres", place.sockets, settings)

    @property
    def cluster(self) -> Path:
        return self.directory / "cluster"

    def prepare(self, children: Children) -> None:
        if not self.directory.exists():
            self._create(children)
        # The process ids in these may by now be others', or of zombies, which PostgreSQL would take for rivals.
        for stale in (self.cluster / "postmaster.pid", self.sockets / f".s.PGSQL.{_PORT}.lock"):
            stale.unlink(missing_ok=True)

    def command(self) -> list[str]:
        settings = {"unix_socket_directories": str(self.sockets), **_SETTINGS, **self.settings}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.cluster), *options]

    def url(self, role: str) -> str:
        password = _password(self.directory / "secret", role)
        return f"postgresql://{role}:{password}@/{_DATABASE}?host={quote(str(self.sockets))}&port={_PORT}"

    def answers(self) -> bool:
        return answers(self.url(APP), self.programs)

    def dismiss(self, children: Children) -> None:
        if self.directory.exists() and self.answers():
            children.run([str(self.programs / "pg_ctl"), "stop", "-m", "fast", "-W", "-D", str(self.cluster)])

    def _create(self, children: Children) -> None:
        """Works in a directory beside and renames it at the end: a killed attempt leaves nothing to trip over."""
        draft = self.directory.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        cluster, secret = draft / "cluster", draft / "secret"
        initdb = [str(self.programs / "initdb"), "-D", str(cluster), "-U", "postgres", "-A", "reject"]
        children.run([*initdb, *_LOCALE, f"--lc-ctype={_CTYPE}"])
        with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        (cluster / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        # The superuser has no password, so nobody logs in as it: all it has to do happens here, in single-user mode.
        single = [str(self.programs / "postgres"), "--single", "-D", str(cluster), "-c", "exit_on_error=on"]
        # Rounds protect guessable passwords; these have 256 random bits, and asyncpg would spend 16 ms on every login.
        children.run([*single, "-c", "scram_iterations=1", "template1"], given=_bootstrap(secret))
        for path in (secret, cluster / "pg_hba.conf", cluster, draft):
            _sync(path)
        draft.rename(self.directory)
        _sync(self.directory.parent)


def answers(url: str, programs: Path) -> bool:
    """Whether one can log in with this URL and query; raises if that database takes no Chinese for letters."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    login = {
        "PGHOST": query["host"][0],
        "PGPORT": query["port"][0],
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",  # not an argument: everybody can list those
        "PGDATABASE": parts.path.removeprefix("/"),
        "PGCONNECT_TIMEOUT": "5",
    }
    asked = _CHINESE_HAS_LETTERS.encode()
    psql = [str(programs / "psql"), "-XAtq"]
    try:
        told = subprocess.run(psql, input=asked, env=CLEAN_ENVIRONMENT | login, capture_output=True, timeout=10).stdout
    except subprocess.TimeoutExpired:
        return False
    if told == b"f\n":
        raise ServiceFailed(f"pg_trgm finds no letters in Chinese: this cluster was not made with LC_CTYPE {_CTYPE}")
    return told == b"t\n"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _password(secret: Path, role: str) -> str:
    return hashlib.blake2s(role.encode(), key=bytes.fromhex(secret.read_text())).hexdigest()


def _bootstrap(secret: Path) -> str:
    """One statement a line, as single-user mode reads them; what template1 has, every new database has."""
    statements = [
        *(f"CREATE EXTENSION {extension}" for extension in _EXTENSIONS),
        f"CREATE ROLE {APP} LOGIN PASSWORD '{_password(secret, APP)}'",
        # A member of the other, so that it can act as it and end its sessions.
        f"CREATE ROLE {OWNER} LOGIN CREATEDB IN ROLE {APP} PASSWORD '{_password(secret, OWNER)}'",
        f"CREATE DATABASE {_DATABASE} OWNER {OWNER}",
    ]
    return "".join(f"{statement}\n" for statement in statements)
