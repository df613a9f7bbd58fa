"""What the house's own clients send is ready before they send it."""

from pathlib import Path

import pytest

from app.asgi import register
from app.config import Settings
from app.http import GraphQLEndpoint
from app.manifest import BadDocument, read
from schema.root import build
from tests.support.servers import REPOSITORY


@pytest.fixture
def endpoint() -> GraphQLEndpoint:
    return GraphQLEndpoint(Settings())


def test_every_example_is_known_and_has_its_plans(endpoint: GraphQLEndpoint) -> None:
    schema = build()
    figures = schema.execution_context_class.figures  # type: ignore[union-attr]
    before = figures.compiled

    register(endpoint, REPOSITORY / "examples")

    texts = {document.text for document in read(REPOSITORY / "examples")}
    assert {file.read_text() for file in (REPOSITORY / "examples").rglob("*.graphql")} < texts
    assert all(schema.documents.find(text) is not None for text in texts)
    assert figures.compiled - before == sum(len(schema.documents.operations(text)) for text in texts)


@pytest.mark.parametrize("text", ["{ viewer { nothing } }", "{ viewer {", "query ($a: Nothing) { viewer { id } }"])
def test_a_document_that_does_not_fit_is_told_at_the_start(
    endpoint: GraphQLEndpoint, tmp_path: Path, text: str
) -> None:
    (tmp_path / "wrong.graphql").write_text(text)

    with pytest.raises(BadDocument, match=r"wrong\.graphql is not a document of this schema"):
        register(endpoint, tmp_path)
