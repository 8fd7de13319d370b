"""`safepassage pass check`: what the text of a scanned pass says, and whether it is good now."""

from __future__ import annotations

from typing import Annotated

import typer

from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption
from safepassage.cli.output import print_json
from safepassage.cli.unlocked import now
from safepassage.control.keys import root_of, trusted
from safepassage.model.instant import format_instant, parse_instant, zulu
from safepassage.model.place import PlaceKind
from safepassage.operate.passes import called
from safepassage.secure.token import TokenError, gate_mark, read
from safepassage.store.beside import Beside
from safepassage.store.store import open_store


def check(
    text: Annotated[str, typer.Argument(help="What a scanner read: SP1:...")],
    at: Annotated[str | None, typer.Option(help="At which instant; else now.")] = None,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Read a pass as a gate does, and say what the ledger knows of it.

    Exits with 1 if it is not good at that instant. Nothing is recorded.

    Example:  safepassage pass check "SP1:NCF..." --json
    """
    instant = now() if at is None else parse_instant(at, "--at")
    with (
        open_store(store) as reading,
        Beside(store) as beside,
        reading.ledger() as ledger,
    ):
        keys = trusted(beside.reading, root_of(reading), instant)
        try:
            claims = read(text, keys)
        except TokenError as fault:
            _say({"good": False, "code": fault.code.value, "said": str(fault)}, json)
            raise typer.Exit(1) from None
        gates = [p.place for p in ledger.catalogue.places.values() if p.kind is PlaceKind.GATE]
        known = {c.issue.pass_id: c for c in called(ledger, instant)}.get(claims.pass_id)
    is_good = known is not None and known.is_good and claims.valid_from <= instant
    _say(
        {
            "good": is_good,
            "pass": claims.pass_id,
            "gate": next((gate for gate in gates if gate_mark(gate) == claims.gate), None),
            "from": format_instant(claims.valid_from),
            "until": format_instant(claims.valid_until),
            "heads": claims.heads,
            "state": "not-in-this-ledger" if known is None else known.state.value,
        },
        json,
    )
    if not is_good:
        raise typer.Exit(1)


def _say(found: dict[str, object], json: bool) -> None:
    if json:
        print_json(found)
        return
    if "said" in found:
        typer.echo(f"no: {found['said']}")
        return
    begin, until = (parse_instant(str(found[x])) for x in ("from", "until"))
    typer.echo(
        f"{'good' if found['good'] else 'no'}: {found['state']}, {found['heads']} heads,"
        f" {found['gate'] or 'a gate that is not here'}, {zulu(begin)} to {zulu(until)}"
    )
