"""What a database must be like before anything is trusted to it."""

import asyncpg

from persistence.database import CONNECT_TIMEOUT_SECONDS
from persistence.migrate import DatabaseProblem, login_of, probe

VERSION_MIN = 16

ASK = """
SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('server_encoding') AS encoding,
    current_setting('synchronous_commit') AS synchronous_commit,
    pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool AS reads_only
"""


async def check_sound(url: str) -> None:
    """Refuse, in words that say what to do, a database that would lose or garble what it is given."""
    await probe(url)
    connection = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_SECONDS)
    try:
        found = await connection.fetchrow(ASK)
    finally:
        await connection.close()
    if found["version"] < VERSION_MIN:
        raise DatabaseProblem(f"This is PostgreSQL {found['version']}, and {VERSION_MIN} is the oldest that will do.")
    if found["encoding"] != "UTF8":
        raise DatabaseProblem(
            f"The database is encoded in {found['encoding']}: make one with CREATE DATABASE … ENCODING 'UTF8'"
            " TEMPLATE template0."
        )
    if found["reads_only"]:
        raise DatabaseProblem(
            f"{login_of(url)} can only read here, on a standby or by a setting: name the primary. A standby can be"
            " CERCLE_DATABASE_REPLICA_URL."
        )
    if found["synchronous_commit"] == "off":
        raise DatabaseProblem(
            "synchronous_commit is off: PostgreSQL would say that a payment is done and forget it in a crash."
            f' Put it right with ALTER ROLE "{login_of(url)}" SET synchronous_commit = on, or where it was set.'
        )
