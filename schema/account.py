"""People: accounts, identity, roles, and what becomes of personal data."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from domain import account, money, viewer
from domain.localized import Locale as DomainLocale
from resolvers import account as resolve
from resolvers import circulation as resolve_circulation
from schema.circulation import CreditPurchase, OwnCirculation
from schema.enum import enum
from schema.errors import UserError, VersionConflict, refused
from schema.ids import Node, global_id, id_of
from schema.mutation import Info, Keyed, given, mutation
from schema.node import fetchable
from schema.noun import noun
from schema.paging import After, Before, Connection, First, Last, asks_total, page_request
from schema.scalars import CountryCode, CurrencyCode, Locale

Role = enum(
    viewer.Role,
    name="Role",
    description="What somebody may do in the house.",
    CUSTOMER="Buys and sells; everybody with an account.",
    APPRAISER="Judges whether pieces are authentic, and their condition.",
    MERCHANDISER="Looks after catalogue, prices, contracts and campaigns.",
    FINANCE="Looks after money: payouts, debts, policies and the ledger.",
    SUPPORT="Helps buyers and sellers.",
    SHOP_ASSOCIATE="Works in a club shop.",
    MEDICAL="Reads medical details of journeys, which no other role includes.",
    SUPPLIER="Acts for a supplier.",
    PARTNER="Comes in with API keys.",
    ADMIN="Counts as all staff, but for what is medical, and gives roles.",
    SYSTEM="The house's own jobs; nobody can be given it.",
)
IdentityLevel = enum(
    account.IdentityLevel,
    name="IdentityLevel",
    description="How well the house knows who somebody is.",
    UNVERIFIED="Nobody has seen a document; no payouts.",
    VERIFIED="Staff have seen a document; payouts are possible.",
)
DocumentKind = enum(
    account.DocumentKind,
    name="IdentityDocumentKind",
    description="What somebody showed to say who they are.",
    PASSPORT="A passport.",
    ID_CARD="A national identity card.",
    RESIDENCE_PERMIT="A residence permit.",
    DRIVING_LICENCE="A driving licence.",
)
DealKind = enum(
    account.DealKind,
    name="OpenDealKind",
    description="What keeps an account from being erased.",
    WALLET="There is money in the wallet.",
    RECEIVABLE="There is a debt.",
    PAYOUT="A payout is under way.",
    CONSIGNMENT="A consignment is under way.",
    SETTLEMENT="A seller has not been paid yet.",
    ORDER="An order is not completed.",
    PAYMENT="A payment is under way.",
    BOOKING="A booking is not over.",
    SUPPLIER="The account acts for a supplier.",
    GOODS_RETURN="A return is under way.",
    TRADE_IN="A trade-in is under way.",
    APPRAISAL="An appraisal is under way.",
    APPOINTMENT="An appointment is ahead.",
    STAFF_ROLE="The account has a role of staff.",
)

PURCHASES = "creditPurchases"

# Nouns


@noun(account.IdentityCheck, description="Which document was shown, and when. No number and no copy of it is kept.")
class IdentityCheck:
    document: DocumentKind = strawberry.field(description="Which kind of document was shown.")  # type: ignore[valid-type]
    country: CountryCode = strawberry.field(description="The country that issued it.")
    checked_at: datetime = strawberry.field(description="When it was shown.")


@noun(
    account.Account,
    description="A person, who buys and sells with one account. Seen by its owner, finance and support; to "
    "others it says no more than who somebody is.",
)
class Account(Node):
    id: strawberry.ID = global_id("Account")
    name: str = strawberry.field(description="How the person is called.")
    roles: list[Role] = strawberry.field(description="What the person may do.")  # type: ignore[valid-type]
    identity_level: IdentityLevel = strawberry.field(description="How well the house knows the person.")  # type: ignore[valid-type]
    locale: Locale = strawberry.field(description="The language that the person reads.")  # type: ignore[valid-type]
    currency: CurrencyCode = strawberry.field(description="The currency that the person thinks in.")  # type: ignore[valid-type]
    jurisdiction: CountryCode = strawberry.field(description="Whose law applies to the person's wallet.")
    created_at: datetime = strawberry.field(description="When the account was opened.")
    erased_at: datetime | None = strawberry.field(
        description="When the personal data was erased; null while it is here."
    )
    version: int = strawberry.field(description="Goes up by one with every change; for `expectedVersion`.")

    @strawberry.field(description="Where the house writes to; null but for its owner, support and finance.")
    def email(root: account.Account, info: Info) -> str | None:
        return root.email if account.may_see(info.context.viewer, root.id) else None

    @strawberry.field(
        graphql_type=IdentityCheck | None,
        description="The document that was shown; null before that, and but for its owner, support and finance.",
    )
    def identity_check(root: account.Account, info: Info) -> Any:
        return root.identity_check if account.may_see(info.context.viewer, root.id) else None

    @strawberry.field(
        graphql_type=list[OwnCirculation] | None,
        description="What became of the person's credit, by currency; null but for its owner, support and finance.",
    )
    async def circulation(root: account.Account, info: Info) -> Any:
        return await resolve_circulation.own(info.context, root.id)

    @strawberry.field(
        graphql_type=Connection[CreditPurchase] | None,
        description="The orders that the person's credit paid for, newest first; null but for its owner, support "
        "and finance.",
    )
    async def credit_purchases(
        root: account.Account,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        page = page_request(
            PURCHASES, (UUID(int=0),), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        found = await resolve_circulation.purchases(info.context, root.id, page)
        return None if found is None else Connection(page=found, list_name=PURCHASES)


# Refusals


@noun(account.OpenDeal, description="Something that is not over yet.")
class OpenDeal:
    kind: DealKind = strawberry.field(description="What kind of thing it is.")  # type: ignore[valid-type]
    note: str = strawberry.field(description="Which one, and where it stands.")


@refused(account.EmailTaken)
class EmailTaken(UserError):
    pass


@refused(account.ErasureBlocked)
class ErasureBlocked(UserError):
    deals: list[OpenDeal] = strawberry.field(description="What has to be over first.")


# Inputs


@strawberry.input(description="Who the new customer is.")
class AccountRegisterInput(Keyed):
    email: str = strawberry.field(description="Where the house writes to; also the name to sign in with.")
    name: str = strawberry.field(description="How the person is called, up to 200 characters.")
    password: str = strawberry.field(description="10 to 200 characters; kept only as an Argon2 hash.")
    locale: Locale = strawberry.field(default=DomainLocale.EN, description="The language that the person reads.")  # type: ignore[valid-type]
    currency: CurrencyCode = strawberry.field(  # type: ignore[valid-type]
        default=money.Currency.EUR, description="The currency that the person thinks in."
    )
    jurisdiction: CountryCode = strawberry.field(
        default=CountryCode("FR"), description="The country where the person lives."
    )

    def to_command(self) -> account.Registration:
        return account.Registration(
            email=self.email,
            name=self.name,
            password=self.password,
            locale=DomainLocale(self.locale),
            currency=money.Currency(self.currency),
            jurisdiction=self.jurisdiction,
        )


@strawberry.input(description="What every change of an account takes.")
class AccountChange(Keyed):
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Refuse unless the account is still at this version."
    )


@strawberry.input(description="What changes; what is left out stays.")
class AccountUpdateInput(AccountChange):
    name: str | None = strawberry.field(default=strawberry.UNSET, description="How you are called.")
    locale: Locale | None = strawberry.field(default=strawberry.UNSET, description="The language that you read.")  # type: ignore[valid-type]
    currency: CurrencyCode | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="The currency that you think in."
    )

    def to_command(self) -> account.Update:
        return account.Update(
            name=given(self.name),
            locale=given(self.locale),
            currency=given(self.currency),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Who showed which document.")
class AccountVerifyIdentityInput(AccountChange):
    account_id: strawberry.ID = strawberry.field(description="The account of the person who showed it.")
    document: DocumentKind = strawberry.field(description="Which kind of document was shown.")  # type: ignore[valid-type]
    document_country: CountryCode = strawberry.field(description="The country that issued it.")

    def to_command(self) -> account.VerifyIdentity:
        return account.VerifyIdentity(
            account_id=id_of("Account", self.account_id, "accountId"),
            document=account.DocumentKind(self.document),
            country=self.document_country,
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Who gets which role.")
class AccountGrantRoleInput(AccountChange):
    account_id: strawberry.ID = strawberry.field(description="The account that gets the role.")
    role: Role = strawberry.field(description="Which role to give; SYSTEM can not be given.")  # type: ignore[valid-type]

    def to_command(self) -> account.GrantRole:
        return account.GrantRole(
            id_of("Account", self.account_id, "accountId"), viewer.Role(self.role), given(self.expected_version)
        )


@strawberry.input(description="Who loses which role.")
class AccountRevokeRoleInput(AccountChange):
    account_id: strawberry.ID = strawberry.field(description="The account that loses the role.")
    role: Role = strawberry.field(description="The role to take away.")  # type: ignore[valid-type]

    def to_command(self) -> account.RevokeRole:
        return account.RevokeRole(
            id_of("Account", self.account_id, "accountId"), viewer.Role(self.role), given(self.expected_version)
        )


@strawberry.input(description="Whose personal data to erase.")
class AccountEraseInput(AccountChange):
    account_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Whose account; the caller's own when left out, anybody's for support."
    )

    def to_command(self) -> account.Erase:
        wanted = given(self.account_id)
        return account.Erase(
            account_id=None if wanted is None else id_of("Account", wanted, "accountId"),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which accounts: all that match everything given.")
class AccountFilterInput:
    email_prefix: str | None = strawberry.field(
        default=strawberry.UNSET, description="Only those whose email begins so."
    )
    role: Role | None = strawberry.field(default=strawberry.UNSET, description="Only those who have this role.")  # type: ignore[valid-type]
    identity_level: IdentityLevel | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="Only those whom the house knows this well."
    )

    def to_filter(self) -> account.AccountFilter:
        return account.AccountFilter(given(self.email_prefix), given(self.role), given(self.identity_level))


# Root fields

ACCOUNTS = "accounts"


@strawberry.type
class AccountQuery:
    @strawberry.field(
        graphql_type=Account | None,
        description="The caller's own account; null for API keys and for those who are not signed in.",
    )
    async def viewer(self, info: Info) -> Any:
        return await resolve.viewer(info.context)

    @strawberry.field(
        graphql_type=Account, description="An account: one's own for customers, anybody's for support and finance."
    )
    async def account(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which account, by its id.")]
    ) -> Any:
        return await resolve.account(info.context, id_of("Account", id, "id"))

    @strawberry.field(graphql_type=Connection[Account], description="Everybody who is not erased, by email.")
    async def accounts(
        self,
        info: Info,
        filter: Annotated[
            AccountFilterInput | None, strawberry.argument(description="Which of them; all when left out.")
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        wanted = given(filter)
        page = page_request(
            ACCOUNTS, ("", ""), first=first, after=after, last=last, before=before, with_total=asks_total(info)
        )
        found = await resolve.accounts(
            info.context, account.AccountFilter() if wanted is None else wanted.to_filter(), page
        )
        return Connection(page=found, list_name=ACCOUNTS)

    @strawberry.field(description="Everything personal that the house keeps about the caller, by where it is kept.")
    async def account_export(self, info: Info) -> JSON:
        return JSON(await resolve.personal(info.context))


@strawberry.type
class AccountMutation:
    account_register = mutation(
        account.register,
        AccountRegisterInput,
        Account,
        EmailTaken,
        description="Become a customer.",
        prepare=resolve.register,
    )
    account_update = mutation(
        account.update,
        AccountUpdateInput,
        Account,
        VersionConflict,
        description="Change how you are called, what you read and which currency you think in.",
    )
    account_verify_identity = mutation(
        account.verify_identity,
        AccountVerifyIdentityInput,
        Account,
        VersionConflict,
        description="Record that a person showed a document; payouts need it.",
    )
    account_grant_role = mutation(
        account.grant_role,
        AccountGrantRoleInput,
        Account,
        VersionConflict,
        description="Give a role; it counts from the next sign-in.",
    )
    account_revoke_role = mutation(
        account.revoke_role,
        AccountRevokeRoleInput,
        Account,
        VersionConflict,
        description="Take a role away and end every session of that person.",
    )
    account_erase = mutation(
        account.erase,
        AccountEraseInput,
        Account,
        ErasureBlocked,
        VersionConflict,
        description="Erase a person's data; journals stay, and name nobody.",
    )


fetchable("Account", resolve.account)
