"""A log says where something went wrong, and never with what."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from safepassage.model.errors import BadQuestionError
from safepassage.web.quiet_log import keep_quiet
from tests.web.conftest import Desks

CANARY = "Maryam-Canary"


@pytest.fixture
def quiet() -> Iterator[None]:
    before = logging.getLogRecordFactory()
    keep_quiet()
    yield
    logging.setLogRecordFactory(before)


@pytest.mark.usefixtures("quiet")
def test_an_exception_is_told_by_its_type_and_place(caplog: pytest.LogCaptureFixture) -> None:
    try:
        try:
            int(CANARY)
        except ValueError as fault:
            raise KeyError(CANARY) from fault
    except KeyError as fault:
        logging.getLogger("uvicorn.error").error("it failed", exc_info=fault)
        logging.getLogger("somebody").exception("it failed: %s", fault)
        logging.getLogger("somebody").exception("it failed: %(why)s", {"why": 3})
    assert CANARY not in caplog.text
    assert "KeyError from ValueError" in caplog.text
    assert "test_quiet_log.py:" in caplog.text
    assert "it failed: KeyError" in caplog.text


@pytest.mark.usefixtures("quiet")
def test_what_this_project_says_on_purpose_is_still_said(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("x").warning("refused: %s", BadQuestionError("no figure 'a'; figures: b"))
    assert "figures: b" in caplog.text


@pytest.mark.usefixtures("quiet")
def test_a_fault_nobody_foresaw_reaches_neither_log_nor_page(
    signed_in: Desks, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr(signed_in.records, "operation", broken)
    signed_in.client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    answer = signed_in.client.get("/lifts")
    assert answer.status_code == 500
    assert CANARY not in answer.text
    assert CANARY not in caplog.text
    assert "ValueError" in caplog.text
