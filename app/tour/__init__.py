"""The whole house over HTTP, as each role in turn: the circle of consignment and credit, a journey, a trade-in, a
voucher, and money that becomes another.

Every operation is one of `examples/`, so that what consumers are shown is what is tried here.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx2
from rich.console import Console

from app import start
from app.config import Settings
from app.seed.people import KNOWN
from app.tour.circle import Circle
from app.tour.exchange import Exchange
from app.tour.house import EXAMPLES, House, Off, operations
from app.tour.journey import Journey
from app.tour.promotion import Promotion
from app.tour.trade_in import TradeIn
from domain.viewer import Role

__all__ = ["EXAMPLES", "House", "Off", "Tour", "main", "operations", "tokens"]


@dataclass
class Tour:
    """One part after the other, and the proof of the ledger in the end."""

    house: House
    say: Callable[[str, str], None]

    def run(self) -> None:
        Circle(self.house, self.say).run()
        Journey(self.house, self.say).run()
        TradeIn(self.house, self.say).run()
        Promotion(self.house, self.say).run()
        Exchange(self.house, self.say).run()
        self.prove()

    def prove(self) -> None:
        health = self.house.ask(Role.FINANCE, "LedgerHealth")
        for proof in health["currencies"]:
            balance = "balanced" if proof["balanced"] else "OFF"
            self.say("ledger", f"{proof['customers']['formatted']} + {proof['house']['formatted']} = {balance}")
        today = datetime.now(UTC).date()
        since, until = today - timedelta(days=30), today + timedelta(days=1)
        for one in self.house.ask(Role.FINANCE, "Circulation", since=str(since), until=str(until)):
            again = "-" if one["spentAgainBps"] is None else f"{one['spentAgainBps'] / 100:.1f} %"
            self.say(
                "circulation",
                f"issued {one['issued']['formatted']}, spent {one['spent']['formatted']},"
                f" outstanding {one['outstanding']['formatted']}, spent again {again}",
            )
        if not health["ok"]:
            raise Off("The ledger does not prove itself.")


def tokens(settings: Settings) -> dict[str, str]:
    """A token for each role of those whom every seed knows; there are two customers, numbered."""
    found: dict[str, str] = {}
    customers = 0
    given = {one.email: one.token for one in asyncio.run(start.passes(settings, [known.email for known in KNOWN]))}
    for known in KNOWN:
        if known.email not in given:
            raise Off(f"{known.email} is not here: the tour needs a house that was seeded.")
        customers += known.role is Role.CUSTOMER
        name = f"{known.role} {customers}" if known.role is Role.CUSTOMER else str(known.role)
        found.setdefault(name, given[known.email])
    return found


def main() -> int:
    """Run the tour against the house at CERCLE_HOST and CERCLE_PORT; 1 when anything is off."""
    settings = Settings()
    console = Console(highlight=False)

    def say(step: str, what: str) -> None:
        console.print(f"[bold]{step:>12}[/]  {what}", soft_wrap=True)

    with start.at_hand(settings) as named, httpx2.Client(timeout=30) as client:
        try:
            Tour(House(settings.address, tokens(named), client), say).run()
        except (Off, httpx2.TransportError) as problem:
            console.print(f"[bold red]Off:[/] {problem}")
            return 1
    console.print("[bold green]The circle is closed, and every cent is accounted for.[/]")
    return 0
