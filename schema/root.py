"""The schema: Query and Mutation made of each feature's root fields."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.account import AccountQuery
from schema.errors import HANDLERS, Codes
from schema.scalars import SCALARS
from schema.wallet import WalletMutation, WalletQuery


@strawberry.type(description="Everything that can be read.")
class Query(AccountQuery, WalletQuery):
    pass


@strawberry.type(description="Everything that can be done. Every mutation takes a key and acts once.")
class Mutation(WalletMutation):
    pass


def build() -> strawberry.Schema:
    """The executable schema."""
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        extensions=[Codes],
        exception_handlers=HANDLERS,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
