"""A small airlift written as text, and questions put to it."""

from __future__ import annotations

from datetime import UTC, datetime, time

from safepassage.model.ids import CategoryId
from safepassage.model.ledger import Book
from safepassage.model.notation import read_ledger
from safepassage.model.operation import (
    Baseline,
    Category,
    Operation,
    OperatorClass,
    ReportingWindow,
)
from safepassage.report.asking import Asking

EVENING = """
    00:00 place town town
    00:00 place north gate
    00:00 place hall terminal
    00:00 place doha haven
    00:00 place declined closing declined
    00:00 lift reach-1 own-military 100 hall > doha
    00:00 lift shuttle coalition 50 hall > doha
    00:00 lift onward-1 coalition 50 doha > hall
    05:00 posted 9 outside > town
    06:00 posted amira@fam-1 outside > town
    06:00 posted babur@fam-1 outside > town
    07:00 posted amira@fam-1 town > north
    07:00 posted babur@fam-1 town > north
    07:30 posted 9 town > north
    08:00 posted amira@fam-1 north > hall
    08:00 posted babur@fam-1 north > hall
    08:00 posted 9 north > hall
    09:00 posted amira@fam-1 hall > reach-1
    09:00 posted babur@fam-1 hall > reach-1
    09:00 posted 5@fam-2 hall > reach-1 as five-out
    09:00 departed reach-1
    11:00 posted 4 hall > shuttle
    11:00 posted 1/staff outside > shuttle
    11:00 departed shuttle
    12:00 posted amira@fam-1 reach-1 > doha
    12:00 posted babur@fam-1 reach-1 > doha
    12:00 posted 5@fam-2 reach-1 > doha
    12:00 arrived reach-1
"""
DAY = datetime(2021, 8, 14, tzinfo=UTC)
NOON = DAY.replace(hour=12)
MIDNIGHT = DAY.replace(day=15)

OPERATION = Operation(
    id="evening",
    name="A small airlift",
    zones=("Asia/Kabul", "America/New_York", "UTC"),
    reporting_window=ReportingWindow(start=time(3), hours=24, zone="America/New_York"),
    places=(),
    baselines=(
        Baseline(id="since-dawn", label="since dawn", at=DAY.replace(hour=4), zone="Asia/Kabul"),
        Baseline(id="since-ten", label="since ten", at=DAY.replace(hour=10), zone="Asia/Kabul"),
    ),
    operator_classes=(
        OperatorClass(id="own-military", name="own"),
        OperatorClass(id="coalition", name="allies"),
    ),
    categories=(
        Category(id=CategoryId("evacuee"), name="evacuees"),
        Category(id=CategoryId("staff"), name="staff", staff=True),
    ),
)


def book(more: str = "") -> Book:
    return Book(read_ledger(EVENING + more, DAY.date()))


def asking(ledger: Book) -> Asking:
    return Asking(OPERATION, ledger.position)
