"""Airports: where an ICAO or IATA code is, from the table of the `airportsdata` package."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import airportsdata


class Airport(NamedTuple):
    """An airport as the table has it."""

    icao: str
    name: str
    latitude: float
    longitude: float


@cache
def _by_icao() -> dict[str, Airport]:
    return {
        code: Airport(code, row["name"], float(row["lat"]), float(row["lon"]))
        for code, row in airportsdata.load("ICAO").items()
    }


@cache
def _icao_of_iata() -> dict[str, str]:
    return {code: row["icao"] for code, row in airportsdata.load("IATA").items()}


@cache
def _icao_of_city() -> dict[str, str]:
    table = airportsdata.load("ICAO")
    # Of several airports of a city the one that airlines use is meant, if any.
    ordered = sorted(table.items(), key=lambda item: (bool(item[1]["iata"]), item[0]))
    return {row["city"].casefold(): code for code, row in ordered if row["city"]}


def find_airport(code: str) -> Airport | None:
    """The airport with that ICAO or IATA code."""
    return _by_icao().get(code) or _by_icao().get(_icao_of_iata().get(code, ""))


def airport_remedy(wrong: str) -> str:
    """What to write instead of a code that nobody knows."""
    folded = wrong.strip()
    meant = find_airport(folded.upper()) or _by_icao().get(
        _icao_of_city().get(folded.casefold(), "")
    )
    if meant is not None:
        return f"Did you mean {meant.icao} ({meant.name})?"
    return "Give coordinates: {latitude: ..., longitude: ...} instead"
