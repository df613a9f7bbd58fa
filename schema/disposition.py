"""What became of pieces, with certificates that anyone can check."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain import disposition
from resolvers import disposition as resolve
from schema.enum import enum
from schema.ids import Node, global_id
from schema.localized import localized_or_null
from schema.mutation import Info
from schema.node import fetchable
from schema.noun import noun

PieceFate = enum(
    disposition.Fate,
    name="PieceFate",
    description="What becomes of a piece.",
    REFURBISH="Made good and sold again.",
    CLEAR="Sold again as it is.",
    DONATE="Given away.",
    DISMANTLE="Taken apart.",
)


@noun(
    disposition.Disposition,
    description="What became of a piece. Seen by staff who handle trade-ins, and by whoever traded it in.",
)
class Disposition(Node):
    id: strawberry.ID = global_id("Disposition")
    code: str = strawberry.field(
        description="The code on its certificate; anybody can check it with `dispositionVerify`."
    )
    fate: PieceFate = strawberry.field(description="What became of it.")  # type: ignore[valid-type]
    method: str = strawberry.field(description="How it was done.")
    recipient: str | None = strawberry.field(description="Who was given it; null unless it was donated.")
    payload: str = strawberry.field(description="The text that is signed, to the letter: JSON.")
    key_id: str = strawberry.field(description="Which of `certificateKeys` it was signed with.")
    signature: str = strawberry.field(description="The Ed25519 signature of the payload, in base64url.")
    decided_at: datetime = strawberry.field(description="When it was decided.")


@noun(disposition.DispositionCheck, description="What anyone learns from the code on a certificate of disposition.")
class DispositionCheck:
    code: str = strawberry.field(description="The code that was asked for.")
    genuine: bool = strawberry.field(description="Whether the house has signed this, word for word.")
    fate: PieceFate | None = strawberry.field(description="What became of the piece; null unless the code is genuine.")  # type: ignore[valid-type]
    method: str | None = strawberry.field(description="How it was done; null unless the code is genuine.")
    decided_at: datetime | None = strawberry.field(description="When it was decided; null unless the code is genuine.")
    payload: str | None = strawberry.field(
        description="The text that is signed, to the letter: JSON; null unless the code is genuine."
    )
    key_id: str | None = strawberry.field(
        description="Which of `certificateKeys` it was signed with; null unless the code is genuine."
    )
    signature: str | None = strawberry.field(
        description="The Ed25519 signature of the payload, in base64url; null unless the code is genuine."
    )

    brand: str | None = localized_or_null(
        "brand", description="The brand of the piece; null unless the code is genuine."
    )
    name: str | None = localized_or_null(
        "name", description="The name of the product that the piece is; null unless the code is genuine."
    )


@strawberry.type
class DispositionQuery:
    @strawberry.field(
        graphql_type=DispositionCheck,
        description="What a code on a certificate of disposition is worth.",
    )
    async def disposition_verify(
        self, info: Info, code: Annotated[str, strawberry.argument(description="The code, as it is printed.")]
    ) -> Any:
        return await resolve.verify(info.context, code)


fetchable("Disposition", resolve.find)
