"""The command `veracity-emulator`."""

import ipaddress
import json
import os
import re
import sqlite3
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, cast

import typer

from veracity_emulator import background
from veracity_emulator.config import INSTALL, LONGEST_S, RIGHTS, Config, IdleStatus, NameTaken, SecondStart
from veracity_emulator.disk import is_of_full_disk
from veracity_emulator.errors import StartRefused

if TYPE_CHECKING:
    from veracity_emulator.server import Ready

_PUBLIC_URL = "say with --public-url what clients know it by, such as http://10.0.0.5:8780"
_DISTRIBUTION = "veracity-provider"

cli = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


def _say_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"veracity-emulator {version(_DISTRIBUTION)}")
        raise typer.Exit


@cli.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", help="Say the version and end.", is_eager=True, callback=_say_version)
    ] = False,
) -> None:
    """A local Veracity: Data Workbench, Data Fabric, tokens and uploads on one port."""


@cli.command("serve")
def serve_command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8780,
    state: Annotated[
        Path | None, typer.Option(help="Folder to keep everything in; without it, nothing is kept.")
    ] = None,
    seed: Annotated[
        str, typer.Option(help="What it holds at first: none, demo, or a JSON file (its form is in the guide).")
    ] = "demo",
    job_seconds: Annotated[float, typer.Option(help="How long an ingest job runs.", min=0, max=LONGEST_S)] = 2.0,
    idle_status: Annotated[str, typer.Option(help="Status of a job not started: Running, Pending or 404.")] = "Running",
    second_start: Annotated[str, typer.Option(help="A second start: 409, same, or again (rows twice).")] = "409",
    token_seconds: Annotated[float, typer.Option(help="Life of a token.", min=0.1, max=LONGEST_S)] = 3600.0,
    sas_seconds: Annotated[float, typer.Option(help="Life of an upload's SAS.", min=0.1, max=LONGEST_S)] = 3600.0,
    strict: Annotated[
        bool, typer.Option("--strict", help="Record second starts, overlapping jobs and misplaced secrets.")
    ] = False,
    write_sas: Annotated[str, typer.Option(help="Rights of a SAS of file storage that writes.")] = "racwl",
    reader_sas: Annotated[bool, typer.Option(help="Whether a Reader gets a SAS that reads.")] = True,
    header_only_create: Annotated[
        bool, typer.Option(help="Whether a dataset can be created from a header alone.")
    ] = True,
    name_taken: Annotated[
        str, typer.Option(help="When a taken name is found: at registration, or at the end of the job.")
    ] = "registration",
    tls: Annotated[bool, typer.Option("--tls", help="Serve https; the ready line says what to trust.")] = False,
    public_url: Annotated[
        str, typer.Option(help="Address that clients know it by, behind a proxy or a container's port.")
    ] = "",
    allow_remote: Annotated[
        str, typer.Option(help="Why it may listen beyond this machine; its secrets are public.")
    ] = "",
) -> None:
    """Serve until interrupted. Prints one JSON line when it is ready."""
    _require(idle_status in {"Running", "Pending", "404"}, "--idle-status is Running, Pending or 404")
    _require(second_start in {"409", "same", "again"}, "--second-start is 409, same or again")
    _require(name_taken in {"registration", "end"}, "--name-taken is registration or end")
    _require(bool(re.match(RIGHTS, write_sas)), "--write-sas has rights in the order racwdxltmeop, like racwdlm")
    _require(
        not public_url or bool(re.fullmatch(r"https?://[^/?#]+/?", public_url)),
        f"--public-url is an address such as https://veracity.example, not {public_url}",
    )
    config = Config(
        host=host,
        port=port,
        state=state,
        seed=seed,
        job_seconds=job_seconds,
        idle_status=cast("IdleStatus", idle_status),
        second_start=cast("SecondStart", second_start),
        token_seconds=token_seconds,
        sas_seconds=sas_seconds,
        strict=strict,
        write_sas=write_sas,
        reader_sas=reader_sas,
        header_only_create=header_only_create,
        name_taken=cast("NameTaken", name_taken),
        tls=tls,
        public_url=public_url.rstrip("/"),
    )
    _serve(config, may_be_remote=bool(allow_remote))


_STATE = Annotated[Path, typer.Option(help="Folder that everything is kept in.", show_default=False)]


@cli.command("start", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def start_command(
    context: typer.Context,
    state: _STATE,
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8780,
) -> None:
    """Serve in the background, if none does on this state. Takes the options of `serve`; prints the same JSON line."""
    try:
        serving, is_new = background.start(state, port, context.args)
    except StartRefused as refused:
        _fail(str(refused))
    told = {"ready": True, "url": serving.url, "pid": serving.pid, "started": is_new}
    typer.echo(json.dumps(told | ({"certificate": serving.certificate} if serving.certificate else {})))


@cli.command("stop")
def stop_command(state: _STATE) -> None:
    """End the one that serves on this state. What it holds stays."""
    try:
        was_there = background.stop(state)
    except StartRefused as refused:
        _fail(str(refused))
    typer.echo("stopped" if was_there else "none was running")


def _serve(config: Config, *, may_be_remote: bool) -> None:
    try:
        from veracity_emulator.server import addresses_of, serve
    except ModuleNotFoundError as missing:
        _fail(f"{missing.name} is not installed; the emulator needs `{INSTALL}`.")
    try:
        is_loopback = all(ipaddress.ip_address(one).is_loopback for one in addresses_of(config.host))
        _require(is_loopback or may_be_remote, f"{config.host} is not loopback; say why with --allow-remote REASON")
        is_everywhere = ipaddress.ip_address(addresses_of(config.host)[0]).is_unspecified
        _require(
            not is_everywhere or bool(config.public_url), f"{config.host} is no address to hand out; {_PUBLIC_URL}"
        )
        serve(config, when_ready=lambda ready: _say_ready(ready, config.state))
    except StartRefused as refused:
        _fail(str(refused))
    except (OSError, sqlite3.OperationalError) as error:
        why = "its disk is full" if is_of_full_disk(error) else getattr(error, "strerror", None) or str(error)
        _fail(f"the state folder {config.state} cannot be used: {why}.")


def _say_ready(ready: "Ready", state: Path | None) -> None:
    certificate = str(ready.certificate) if ready.certificate else None
    if state is not None:
        background.announce(state, background.Serving(pid=os.getpid(), url=ready.url, certificate=certificate))
    told = {"ready": True, "url": ready.url}
    typer.echo(json.dumps(told | ({"certificate": certificate} if certificate else {})))


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        _fail(otherwise)


def _fail(message: str) -> NoReturn:
    typer.echo(f"veracity-emulator: {message}", err=True)
    raise typer.Exit(1)


def main() -> None:
    """Entry point of the console script."""
    cli()


if __name__ == "__main__":
    main()
