"""What `cercle` can do. What can go wrong is said in one line."""

import asyncio
import signal
import sys
import time
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.config import Environment, Settings
from domain.problem import Problem

commands = typer.Typer(
    help="Cercle: the headless backend of a luxury house whose goods and money go round.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
ledger = typer.Typer(help="The ledger.", no_args_is_help=True)
jobs = typer.Typer(help="What the worker could not do.", no_args_is_help=True)
commands.add_typer(ledger, name="ledger")
commands.add_typer(jobs, name="jobs")

out = Console()
err = Console(stderr=True)


def main() -> None:
    try:
        commands()
    except (SettingsError, ValidationError, Problem) as problem:
        for line in told(problem):
            err.print(f"[bold red]cercle:[/] {escape(line)}", highlight=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def told(problem: Exception) -> list[str]:
    if isinstance(problem, SettingsError):
        # Its own words name the field and nothing that is in it.
        field = str(problem).split('"')[1]
        return [f"CERCLE_{field.upper()} is not the JSON that it has to be."]
    if not isinstance(problem, ValidationError):
        return [str(problem)]
    return [
        f"CERCLE_{'_'.join(map(str, error['loc'])).upper()}: {error['msg']}"
        if error["loc"]
        else error["msg"].removeprefix("Value error, ")
        for error in problem.errors(include_input=False, include_context=False, include_url=False)
    ]


@commands.command()
def run() -> None:
    """Serve the API, with PostgreSQL and Valkey embedded unless CERCLE_DATABASE_URL and CERCLE_REDIS_URL name some."""
    began = time.monotonic()
    settings = Settings()
    from app import start, supervisor, telemetry

    telemetry.configure(settings.environment)
    signal.signal(signal.SIGTERM, interrupt)
    with start.listeners(settings) as sockets, start.services(settings) as named:
        development = settings.environment is Environment.DEVELOPMENT
        embedded = settings.database_url is None
        asyncio.run(start.bring_up(named, may_migrate=development or embedded))
        if development and settings.seed_pieces and asyncio.run(start.unfurnished(named)):
            plant(named, settings.seed_pieces)
        house = supervisor.Supervisor(start.children(named, sockets), drain_seconds=settings.drains)
        with house, supervisor.stopping(house.tell_to_stop):
            welcome(named, time.monotonic() - began)
            house.watch()
            err.print("Closing.")
            for listener in sockets:
                listener.close()


def interrupt(*_: Any) -> NoReturn:
    raise KeyboardInterrupt


def welcome(settings: Settings, seconds: float) -> None:
    """Where the house is and, in development, who may come in as whom."""
    out.print(f"\nCercle is open after {seconds:.1f} s: [bold]{settings.address}/graphql[/]\n", highlight=False)
    if settings.environment is Environment.DEVELOPMENT:
        from app import start

        for one in asyncio.run(start.residents(settings)):
            name = ", ".join(role.replace("_", " ").lower() for role in sorted(one.roles))
            out.print(f"[bold]{name:15}[/]{escape(one.email)}", highlight=False)
            out.print(f"  [dim]{one.token}[/]", highlight=False, soft_wrap=True)
        out.print("\nSend a token as [bold]Authorization: Bearer …[/]. Ctrl-C closes the house.\n", highlight=False)


@commands.command()
def serve() -> None:
    """Serve the API in this process alone, without a worker, for a platform that starts again what dies."""
    settings = Settings().model_copy(update={"workers": 1})
    from app import server, start

    with start.listeners(settings) as (listener,), start.at_hand(settings) as named:
        asyncio.run(start.bring_up(named, may_migrate=False))
        server.serve(named, listener)


@commands.command()
def work() -> None:
    """Run a job worker alone, for a house whose database is elsewhere."""
    settings = Settings()
    from app import start, worker

    with start.at_hand(settings) as named:
        asyncio.run(start.bring_up(named, may_migrate=False))
        worker.serve(named)


@commands.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    from app import start
    from persistence.migrate import SchemaState

    with start.at_hand(Settings()) as named:
        found = asyncio.run(start.bring_up(named, may_migrate=True))
    out.print("Nothing to do." if found is SchemaState.CURRENT else "The database is up to date now.")


@commands.command()
def seed(
    pieces: Annotated[int | None, typer.Option(min=1, max=2_000_000, help="How many pieces.")] = None,
) -> None:
    """Fill an empty database with a fictional house."""
    settings = Settings()
    from app import start

    with start.at_hand(settings) as named:
        asyncio.run(start.bring_up(named, may_migrate=True))
        plant(named, pieces or settings.seed_pieces)


def plant(settings: Settings, pieces: int) -> None:
    from app import seed, start

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        asyncio.run(seed.seed(start.owner_url(settings), pieces=pieces, progress=show))


@commands.command()
def token(email: Annotated[str, typer.Argument(help="Whose.")]) -> None:
    """Print a bearer token for somebody. In development only."""
    settings = Settings()
    from app import start

    start.only_in_development(settings)
    with start.at_hand(settings) as named:
        found = asyncio.run(start.passes(named, [email]))
    if not found:
        raise Problem(f"Nobody has the address {email}.")
    print(found[0].token)


@commands.command()
def sdl() -> None:
    """Print the schema in GraphQL's own language."""
    from schema.root import build

    print(build().as_str())


@commands.command()
def documents(
    folder: Annotated[Path, typer.Argument(help="Where `*.graphql` files and manifests of client tools are.")],
    into: Annotated[Path | None, typer.Option("--into", help="Write the manifest to this file.")] = None,
) -> None:
    """Check a client's documents against the schema, and print their manifest: ids to texts, as JSON."""
    from app.manifest import checked, print_json, read, written
    from schema.root import build

    found = list(checked(read(folder), build()))
    text = print_json(written(found))
    if into is None:
        print(text)
    else:
        into.write_text(f"{text}\n")
    err.print(f"{len(found)} documents fit the schema.")


@commands.command()
def tour() -> None:
    """Drive the whole circle against a running house, and check that nothing is off."""
    from app.tour import main

    raise typer.Exit(main())


@commands.command()
def migration(
    name: Annotated[str, typer.Argument(help="What it does, in a few words.")] = "",
    contract: Annotated[bool, typer.Option("--contract", help="It takes something away.")] = False,
    baseline: Annotated[bool, typer.Option("--baseline", help="Write the first revision anew.")] = False,
) -> None:
    """Write the revision that leads from the last one to what the tables declare now. For developers."""
    from persistence.migrations import writing

    if baseline:
        path = writing.write_baseline()
    elif name:
        path = writing.write_next(name, "contract" if contract else "expand")
    else:
        raise Problem("Say in a few words what the revision does.")
    out.print(f"Written: {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")


@ledger.command()
def verify() -> None:
    """Read the whole ledger and prove it; ends with 1 when something is off."""
    from app import start
    from persistence.database import read_pool
    from persistence.ledger import SqlLedgerReader

    async def read(url: str) -> Any:
        pool = read_pool(url, 1)
        try:
            return await SqlLedgerReader(pool).health()
        finally:
            await pool.close()

    with start.at_hand(Settings()) as named:
        asyncio.run(start.bring_up(named, may_migrate=False))
        health = asyncio.run(read(start.owner_url(named)))
    table = Table(
        "currency", "customers", "house", "balanced", title=f"{health.journals} journals, {health.postings} postings"
    )
    for proof in health.currencies:
        table.add_row(proof.currency, str(proof.customers), str(proof.house), "yes" if proof.balanced else "NO")
    out.print(table)
    for name, count in health.faults.items():
        if count:
            out.print(f"[bold red]{count} {name}[/]")
    out.print("[bold green]The ledger is in order.[/]" if health.ok else "[bold red]The ledger is off.[/]")
    raise typer.Exit(0 if health.ok else 1)


@jobs.command("failed")
def failed() -> None:
    """Show the jobs that were given up."""
    from persistence import job

    found = with_job_pool(job.failed_jobs)
    table = Table("job", "about", "since", "attempts")
    for one in found:
        table.add_row(one.name, str(one.due.subject_id), f"{one.since:%Y-%m-%d %H:%M:%S}", str(one.attempts + 1))
    out.print(table if found else "None.")


@jobs.command()
def retry() -> None:
    """Have all jobs that were given up tried again."""
    from persistence import job

    out.print(f"{with_job_pool(job.retry_failed)} will be tried again.")


def with_job_pool(does: Any) -> Any:
    from app import start
    from persistence.job import job_pool

    async def ask(url: str) -> Any:
        pool = await job_pool(url)
        try:
            return await does(pool)
        finally:
            await pool.close()

    with start.at_hand(Settings()) as named:
        asyncio.run(start.bring_up(named, may_migrate=False))
        assert named.database_url is not None
        return asyncio.run(ask(named.database_direct_url or named.database_url))
