"""A plan as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from safepassage.cli.output import heading, print_table


def print_plan(document: Mapping[str, Any]) -> None:
    """People out, what no plan exceeds, and what holds it back."""
    out, bound = document["people_out"], document["bound"]
    typer.echo(
        f"{out['total']:,} people out by the deadline; no plan gets out more than"
        f" {bound['people']:,} ({bound['gap_people']:,} more)"
    )
    rows = [
        (name, f"{n:,}", f"{bound['by_class'][name]:,}", f"{document['left_behind'][name]:,}")
        for name, n in out["by_class"].items()
    ]
    print_table(("class", "out", "at most", "left behind"), rows, 3)
    if len(rows) > 1 and "order" in document:
        typer.echo(order_costs(document["order"]))
    for sentence in met(document):
        typer.echo(sentence)
    heading("What holds it back")
    shown = [x for x in bound["prices"] if abs(x["people"]) >= 0.5]
    print_table(("resource", "people"), [(x["resource"], f"{x['people']:,.0f}") for x in shown], 1)
    typer.echo(f"  together {bound['people']:,}: price x capacity of each, from the proof")


def met(document: Mapping[str, Any]) -> list[str]:
    """What the plan had to meet, and which lifts change their base, as sentences."""
    problem, hours = document["problem"], document["problem"]["step_hours"]
    said = []
    for g in problem.get("guards", []):
        leaves = [
            s["departs"]
            for s in document["sorties"]
            if s["origin"] == g["origin"] and s.get("guard", {}).get(g["class"])
        ]
        said.append(
            f"Rear guard: {g['people']:,} {g['class']} of {g['origin']} leave from hour"
            f" {min(leaves) * hours:g} to {max(leaves) * hours:g}."
        )
    for n in problem.get("needs", []):
        brings = [s["departs"] for s in document["sorties"] if n["id"] in s.get("inbound", {})]
        said.append(
            f"Inbound: {n['amount']:,} {n['unit']} of {n['id']} unloaded at {n['origin']} by hour"
            f" {max(brings) * hours:g}, on {len(brings)} lifts."
        )
    for m in document.get("moves", []):
        at = m["launch"] * hours
        said.append(f"Moved: one {m['lift']} from {m['from']} to {m['to']} at hour {at:g}.")
    return said


def order_costs(order: dict[str, int]) -> str:
    """Whether serving the classes in order costs anybody a seat, as a sentence."""
    if not order["any_flights"]:
        return "Serving the classes in this order costs nobody a seat."
    return (
        f"Serving the classes in this order costs {order['same_flights']:,} seats on these flights,"
        f" and at most {order['any_flights']:,} on any."
    )
