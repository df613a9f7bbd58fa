"""How tables are declared: column types, what the app's role may do to a table, and SQL that belongs to one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, event
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.engine import Connection
from sqlmodel import Field, SQLModel

APP_ROLE = "cercle_app"
GRANT_DEFAULT = "SELECT, INSERT, UPDATE"

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


def key(foreign: str | None = None, *, primary: bool = False, nullable: bool = False, index: bool = False) -> Any:
    """A UUID column, a foreign key when `foreign` names `table.column`."""
    return Field(
        default=None if nullable else ...,
        sa_type=PgUUID(as_uuid=True),
        primary_key=primary,
        nullable=nullable,
        foreign_key=foreign,
        index=index,
    )


def text(*, nullable: bool = False, unique: bool = False, primary: bool = False) -> Any:
    """A text column; lengths and values are CHECKs."""
    return Field(
        default=None if nullable else ...,
        sa_type=SqlText,
        nullable=nullable,
        unique=unique,
        primary_key=primary,
    )


def minor(*, nullable: bool = False) -> Any:
    """An amount in minor units."""
    return Field(default=None if nullable else ..., sa_type=BigInteger, nullable=nullable)


def moment(*, nullable: bool = False) -> Any:
    """A point in time with its zone."""
    return Field(
        default=None if nullable else ...,
        sa_type=DateTime(timezone=True),
        nullable=nullable,
    )


def document(*, nullable: bool = False) -> Any:
    """A JSONB column for values that are read and written whole; nothing is NULL, never JSON's null."""
    return Field(default=None if nullable else ..., sa_type=JSONB(none_as_null=True), nullable=nullable)


def one_of(column: str, values: Any) -> str:
    """The SQL of a CHECK that a text column holds a member of a StrEnum."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


STATEMENTS: list[str] = []
"""SQL that is run once all tables are made, in this order."""


def attach(*statements: str) -> None:
    """Declare functions, triggers and first rows that metadata can not say."""
    STATEMENTS.extend(statements)


FOLLOWS: dict[str, tuple[str, ...]] = {}
"""Tables that triggers change when the table is changed, for whoever must know what a statement changes."""


def followed(table: str, *followers: str) -> None:
    """Say that triggers of this table change these."""
    FOLLOWS[table] = (*FOLLOWS.get(table, ()), *followers)


@event.listens_for(SQLModel.metadata, "after_create")
def complete(_target: MetaData, connection: Connection, tables: list[Table], **_: object) -> None:
    """Run what was attached; the app owns nothing and may do only what a table's `info["app"]` says."""
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
    for table in tables:
        rights = table.info.get("app", GRANT_DEFAULT)
        connection.exec_driver_sql(f'GRANT {rights} ON "{table.name}" TO {APP_ROLE}')


__all__ = [
    "APP_ROLE",
    "UUID",
    "Column",
    "attach",
    "datetime",
    "document",
    "followed",
    "key",
    "minor",
    "moment",
    "one_of",
    "text",
]
