"""People and money for tests, made through the same units of work as everything else."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from app.house import House
from domain.account import Account, IdentityLevel
from domain.ledger import AccountKind, customer
from domain.ledger import house as house_posting
from domain.localized import Locale
from domain.money import Currency, Money
from domain.viewer import HOUSE, AccountId, Role, Viewer
from domain.wallet import post

EUR = Currency.EUR


def euros(amount: int) -> Money:
    """Whole euros."""
    return Money(amount * 100, EUR)


@dataclass(frozen=True)
class NewAccount:
    account: Account


async def add_account(work: Any, viewer: Viewer, command: NewAccount, *, now: datetime) -> Account:
    await work.accounts.add(command.account)
    return command.account


@dataclass(frozen=True)
class Fund:
    owner: AccountId
    amount: Money


async def fund(work: Any, viewer: Viewer, command: Fund, *, now: datetime) -> Money:
    postings = [
        house_posting(AccountKind.PSP_CLEARING, -command.amount),
        customer(command.owner, AccountKind.CASH, command.amount),
    ]
    await post(work, postings, ("topUp", work.new.id()), now, "Top-up")
    return command.amount


class People:
    """Makes people of every role; each is somebody new."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def run(self, verb: Any, command: Any, as_: Account | None = None) -> Any:
        """Run a verb as the house itself, or as somebody."""
        now = datetime.now(UTC)
        viewer = HOUSE if as_ is None else Viewer(as_.id, frozenset(as_.roles))
        return await self.house.transactor(verb, viewer, command, action=verb.__name__, key=uuid4().hex, now=now)

    async def person(self, *roles: Role, cash: Money | None = None, name: str = "Lin Wei") -> Account:
        account_id = AccountId(uuid4())
        account = Account(
            id=account_id,
            email=f"{account_id.hex}@example.com",
            name=name,
            roles=roles,
            identity_level=IdentityLevel.VERIFIED,
            locale=Locale.EN,
            currency=EUR,
            jurisdiction="FR",
            created_at=datetime.now(UTC),
        )
        await self.run(add_account, NewAccount(account))
        if cash:
            await self.run(fund, Fund(account_id, cash))
        return account

    async def customer(self, cash: Money | None = None) -> Account:
        return await self.person(Role.CUSTOMER, cash=cash)

    async def staff(self, role: Role) -> Account:
        return await self.person(role)
