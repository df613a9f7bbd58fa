"""The documents of the house's own clients: `*.graphql` files, and manifests that client tools write.

Of a file each operation is a document of its own, with the fragments that it needs, as GraphQL prints it; so is the
file as a whole, for clients that send it as it is. A manifest is JSON, either ids to texts or Apollo's format.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from graphql import GraphQLError, parse, print_ast, separate_operations

from app.document import name_for
from domain.problem import Problem
from schema.coded import CodedSchema

APOLLO = "apollo-persisted-query-manifest"


class BadDocument(Problem):
    """A registered document does not fit the schema: the process does not start with a promise it can not keep."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A document of a client, the file that it stands in, and its operation; None for a whole file."""

    file: Path
    operation: str | None
    text: str

    @property
    def id(self) -> str:
        return name_for(self.text)


def read(folder: Path) -> Iterator[Registered]:
    """Every document of a folder and of those within it; BadDocument for a file that holds none."""
    if not folder.is_dir():
        raise BadDocument(f"{folder} is no folder: documents are looked for there.")
    for file in sorted(folder.rglob("*")):
        if file.suffix == ".graphql":
            yield from operations(file)
        elif file.suffix == ".json":
            yield from listed(file)


def operations(file: Path) -> Iterator[Registered]:
    text = file.read_text()
    try:
        separate = separate_operations(parse(text, no_location=True))
    except GraphQLError as error:
        raise BadDocument(f"{file} is not a document of this schema: {error.message}") from error
    yield Registered(file, None, text)
    for operation, node in separate.items():
        yield Registered(file, operation or "", print_ast(node))


def listed(file: Path) -> Iterator[Registered]:
    try:
        found = entries(orjson.loads(file.read_bytes()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadDocument(f"{file} is not a manifest: ids to texts, or Apollo's format.") from error
    for id, operation, text in found:
        document = Registered(file, operation, text)
        if id.removeprefix("sha256:") != document.id:
            raise BadDocument(f"{file}: the id {id} is not the SHA-256 of its document.")
        yield document


def entries(manifest: Any) -> list[tuple[str, str, str]]:
    """Id, operation and text of what a manifest lists; TypeError for what is not text."""
    if manifest.get("format") == APOLLO:
        found = [(one["id"], one["name"], one["body"]) for one in manifest["operations"]]
    else:
        found = [(id, "", text) for id, text in manifest.items()]
    if not all(isinstance(part, str) for entry in found for part in entry):
        raise TypeError
    return found


def checked(documents: Iterable[Registered], schema: CodedSchema) -> Iterator[Registered]:
    """The same documents, each made ready to be executed; BadDocument for one that does not fit the schema."""
    for document in documents:
        try:
            schema.register(document.text)
        except ValueError as error:
            raise BadDocument(f"{document.file} is not a document of this schema: {error}") from error
        yield document


def written(documents: Iterable[Registered]) -> dict[str, str]:
    """The manifest that clients take their ids from: of files the single operations, ids to texts."""
    return {one.id: one.text for one in documents if one.operation is not None}


def print_json(manifest: dict[str, str]) -> str:
    return orjson.dumps(manifest, option=orjson.OPT_INDENT_2).decode()
