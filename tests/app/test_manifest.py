"""What clients register: files of operations, manifests of their tools, and the manifest that the house prints."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from graphql import parse
from typer.testing import CliRunner

from app.cli.commands import commands, main
from app.manifest import BadDocument, checked, read, written
from schema.root import build
from tests.support.servers import REPOSITORY

TEXT = "query Who {\n  viewer {\n    id\n  }\n}"


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def apollo(**changes: Any) -> dict[str, Any]:
    operation = {"id": hashed(TEXT), "name": "Who", "type": "query", "body": TEXT, **changes}
    return {"format": "apollo-persisted-query-manifest", "version": 1, "operations": [operation]}


def documents(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["documents", *arguments])


def test_the_command_prints_a_manifest_whose_ids_are_the_hashes_of_its_documents(tmp_path: Path) -> None:
    examples, file = REPOSITORY / "examples" / "storefront", tmp_path / "manifest.json"

    printed, kept = documents(str(examples)), documents(str(examples), "--into", str(file))

    manifest = json.loads(printed.stdout)
    assert (printed.exit_code, kept.exit_code, kept.stdout) == (0, 0, "")
    assert all(id == hashed(text) for id, text in manifest.items())
    assert json.loads(file.read_text()) == manifest
    assert len(manifest) >= sum(
        len([one for one in parse(file.read_text()).definitions if one.kind == "operation_definition"])
        for file in examples.rglob("*.graphql")
    )


def test_what_the_command_prints_can_be_registered_and_is_printed_again(tmp_path: Path) -> None:
    manifest = written(read(REPOSITORY / "examples" / "partner"))
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))

    assert written(checked(read(tmp_path), build())) == manifest


def test_a_folder_with_a_document_that_does_not_fit_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wrong.graphql").write_text("{ viewer { nothing } }")
    told = []
    for folder in (tmp_path, tmp_path / "nowhere"):
        monkeypatch.setattr("sys.argv", ["cercle", "documents", str(folder)])
        with pytest.raises(SystemExit) as end:
            main()
        told.append((end.value.code, capsys.readouterr()))

    (wrong, first), (missing, second) = told
    assert wrong == missing == 1
    assert first.err.startswith("cercle: ")
    assert "wrong.graphql is not a document of this schema" in first.err
    assert first.out == second.out == ""
    assert "nowhere is no folder" in second.err


@pytest.mark.parametrize("manifest", [{hashed(TEXT): TEXT}, {f"sha256:{hashed(TEXT)}": TEXT}, apollo()])
def test_manifests_of_client_tools_are_read(tmp_path: Path, manifest: dict[str, Any]) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))

    assert written(read(tmp_path)) == {hashed(TEXT): TEXT}


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        ({"0" * 64: TEXT}, "is not the SHA-256 of its document"),
        (apollo(id="0" * 64), "is not the SHA-256 of its document"),
        (apollo(body=7), "is not a manifest"),
        ({"a": 7}, "is not a manifest"),
        ([TEXT], "is not a manifest"),
        ({"format": "apollo-persisted-query-manifest"}, "is not a manifest"),
    ],
)
def test_a_manifest_that_is_none_is_told(tmp_path: Path, manifest: Any, told: str) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(BadDocument, match=told):
        list(read(tmp_path))
