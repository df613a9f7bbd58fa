"""A member changes euros into yuan by a quote, the rate moves, and finance undoes it at the rate that it had."""

from collections.abc import Callable
from dataclasses import dataclass

from app.tour.house import House, Off, euros
from domain.viewer import Role


@dataclass
class Exchange:
    """What rates do between an exchange and its end is the house's."""

    house: House
    say: Callable[[str, str], None]
    member: str = Role.CUSTOMER + " 2"

    def run(self) -> None:
        exchange_id = self.exchange()
        self.undo(exchange_id)

    def exchange(self) -> str:
        given = {"amount": {"amount": "5000.00", "currencyCode": "CNY"}, "reason": "For the tour"}
        self.house.ask(Role.FINANCE, "MoveLiquidity", input=given)
        top_up = self.house.ask(self.member, "TopUp", input={"amount": euros("100.00"), "provider": "TEST"})
        self.house.charge(top_up["id"])
        rates = self.house.ask(self.member, "Rates", base="EUR", counter="CNY")["nodes"]
        if not rates:
            raise Off("There is no rate between EUR and CNY.")
        quote = self.house.ask(self.member, "AskForQuote", input={"amount": euros("100.00"), "to": "CNY"})
        done = self.house.ask(self.member, "AcceptQuote", input={"quoteId": quote["id"]})
        self.say(
            "exchanged",
            f"{done['sold']['formatted']} for {done['bought']['formatted']} at {rates[0]['rate']},"
            f" of which the house keeps {quote['spread']['formatted']}",
        )
        return str(done["id"])

    def undo(self, exchange_id: str) -> None:
        """The rate is another by now, and then as it was again."""
        said = {"base": "EUR", "counter": "CNY", "spreadBps": 120, "source": "Made up for the tour"}
        self.house.ask(Role.FINANCE, "StateRate", input={**said, "rate": "8"})
        undone = self.house.ask(
            Role.FINANCE, "UndoExchange", input={"exchangeId": exchange_id, "reason": "The trip is off"}
        )
        self.house.ask(Role.FINANCE, "StateRate", input={**said, "rate": "7.8"})
        if self.house.ask(self.member, "MyExchanges")["nodes"][0]["state"] != "REVERSED":
            raise Off("What finance has undone stands.")
        yuan = next(one for one in self.house.ask(Role.FINANCE, "Positions") if one["currency"] == "CNY")
        self.say(
            "undone",
            f"{undone['sold']['formatted']} came back, and rates made {undone['gain']['formatted']} of it"
            f" for the house, which has {yuan['liquidity']['formatted']} to exchange",
        )
