"""Who an account is to other issuers of tokens."""

import strawberry

from domain import identity
from schema.account import Account
from schema.ids import id_of
from schema.mutation import Keyed, mutation


@strawberry.input(description="Which subject of an issuer is which person.")
class IdentityLinkInput(Keyed):
    account_id: strawberry.ID = strawberry.field(description="The account of the person.")
    issuer: str = strawberry.field(description="The issuer, as its tokens say it in `iss`.")
    subject: str = strawberry.field(description="The subject, as its tokens say it in `sub`.")

    def to_command(self) -> identity.Link:
        return identity.Link(id_of("Account", self.account_id, "accountId"), self.issuer, self.subject)


@strawberry.input(description="Which issuer no longer speaks for a person.")
class IdentityUnlinkInput(Keyed):
    account_id: strawberry.ID = strawberry.field(description="The account of the person.")
    issuer: str = strawberry.field(description="The issuer, as its tokens say it in `iss`.")

    def to_command(self) -> identity.Unlink:
        return identity.Unlink(id_of("Account", self.account_id, "accountId"), self.issuer)


@strawberry.type
class IdentityMutation:
    identity_link = mutation(
        identity.link,
        IdentityLinkInput,
        Account,
        description="Let the tokens of another issuer speak for an account that was opened here.",
    )
    identity_unlink = mutation(
        identity.unlink,
        IdentityUnlinkInput,
        Account,
        description="Take such a link away, and sign the person out everywhere.",
    )
