"""A known piece has changed hands outside the house."""

from datetime import datetime
from typing import Any

import strawberry

from domain import title
from schema.account import Account
from schema.enum import enum
from schema.errors import UserError, VersionConflict, refused
from schema.ids import id_of
from schema.media import Media, MediaInput, placed
from schema.merchandise import Versioned
from schema.mutation import Info, given, mutation
from schema.noun import noun
from schema.piece import Piece

TitleBasis = enum(
    title.TitleBasis,
    name="TitleBasis",
    description="How somebody came to own a piece.",
    PURCHASE="They bought it.",
    GIFT="It was given to them.",
    INHERITANCE="They inherited it.",
    COURT_ORDER="A court said so.",
)
PieceTie = enum(
    title.Tie,
    name="PieceTie",
    description="Why the house is part of what happens to a piece.",
    HOUSE_OWNS="Its owner is the house, or at least no person.",
    IN_OUR_HANDS="The house, or somebody who acts for it, has it.",
    LISTED="It is for sale.",
    CLAIMED="Somebody has it in a cart, or it is promised to a deal under way.",
    CONSIGNED="A consignment of it is under way.",
    ORDERED="It is part of an order that was not delivered yet.",
    RETURNING="It is on its way back from a buyer.",
    SOLD="It was sold, and is not the house's to decide on.",
)


@noun(title.TitleRecord, description="That a piece changed hands outside the house, and what shows it. Seen by staff.")
class TitleRecord:
    basis: TitleBasis = strawberry.field(description="How the new owner came to own it.")  # type: ignore[valid-type]
    evidence: str = strawberry.field(description="Which paper shows it; empty once somebody's data was erased.")
    documents: list[Media] = strawberry.field(description="Copies of the papers that show it.")
    recorded_at: datetime = strawberry.field(description="When it was recorded.")

    @strawberry.field(graphql_type=Account, description="The account of the new owner.")
    async def owner(root: title.TitleRecord, info: Info) -> Any:
        return await info.context.loaders.account.load(root.owner)

    @strawberry.field(graphql_type=Account, description="The account of who recorded it.")
    async def recorded_by(root: title.TitleRecord, info: Info) -> Any:
        return await info.context.loaders.account.load(root.recorded_by)


@refused(title.PieceTied)
class PieceTied(UserError):
    ties: list[PieceTie] = strawberry.field(description="Each reason why the house is part of it.")  # type: ignore[valid-type]


@strawberry.input(description="Whose a piece is now. `expectedVersion` is the piece's.")
class PieceRecordTitleInput(Versioned):
    piece_id: strawberry.ID = strawberry.field(description="The piece that this is about.")
    owner_id: strawberry.ID = strawberry.field(description="Whose it is now.")
    basis: TitleBasis = strawberry.field(description="How they came to own it.")  # type: ignore[valid-type]
    evidence: str = strawberry.field(
        description="Which paper shows it, such as a bill of sale with its date, 1 to 500 characters."
    )
    documents: list[MediaInput] = strawberry.field(
        default_factory=list, description="Copies of the papers that show it."
    )

    def to_command(self) -> title.RecordTitle:
        return title.RecordTitle(
            piece_id=id_of("Piece", self.piece_id, "pieceId"),
            owner=id_of("Account", self.owner_id, "ownerId"),
            basis=title.TitleBasis(self.basis),
            evidence=self.evidence,
            documents=placed(self.documents) or (),
            expected_version=given(self.expected_version),
        )


@strawberry.type
class TitleMutation:
    piece_record_title = mutation(
        title.record,
        PieceRecordTitleInput,
        Piece,
        PieceTied,
        VersionConflict,
        description="Record that a known piece has a new owner, who came by it outside the house. Only while no deal "
        "of the house is about it.",
    )
