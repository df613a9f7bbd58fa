"""What the README says is true."""

import json
import re
from pathlib import Path

import pytest

from app.config import Settings
from app.seed import PIECES_DEFAULT, seed
from persistence.embedded import Services
from tests.support.api import Api

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


async def test_the_first_query_has_the_answer_that_is_shown(api: Api, database: Services) -> None:
    await seed(database.owner_url, pieces=PIECES_DEFAULT)
    (query,), (shown,) = blocks("graphql"), blocks("json")

    answer = await api(None, query)

    assert answer.body == json.loads(shown), json.dumps(answer.body, indent=2, ensure_ascii=False)


def test_the_settings_that_are_named_exist() -> None:
    named = set(re.findall("CERCLE_[A-Z_]+", README))

    assert {name.removeprefix("CERCLE_").lower() for name in named} <= Settings.model_fields.keys()


@pytest.mark.parametrize("page", ["README.md", "docs/architecture.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text()
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((ROOT / page).parent / target).exists(), target


def test_make_targets_that_are_named_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
