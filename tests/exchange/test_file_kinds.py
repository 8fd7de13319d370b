"""Remedies fit what is being read: an operation, claims, or a table of published figures."""

from __future__ import annotations

import pytest

from safepassage.exchange.claims_file import ClaimsFileError, read_claims
from safepassage.exchange.fault import FileFaultsError
from safepassage.exchange.operation_file import OperationFileError
from safepassage.exchange.published_file import PublishedFileError, read_totals


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("", "Start with claims: and a list below it"),
        (b"%PDF-1.7", "A claims file is plain text: give the .yaml file"),
        ("x" * 2_000_000, "A claim needs a few hundred bytes: divide the file, or is it the"
         " right one?"),
        ("claims: []\n---\nclaims: []\n", "Put all claims of a file into one list"),
        ("claims: " + "[" * 30, "A claims file needs four levels at most"),
        ("claims: [" + "1," * 20_000 + "]", "Divide it into several files"),
    ],
)  # fmt: skip
def test_remedies_speak_of_claims_where_claims_are_read(text: str | bytes, remedy: str) -> None:
    with pytest.raises(ClaimsFileError) as refused:
        read_claims(text, "said.yaml")
    assert [fault.remedy for fault in refused.value.faults] == [remedy]


def test_a_claims_file_with_faults_is_no_operation_file_with_faults() -> None:
    with pytest.raises(FileFaultsError) as refused:
        read_claims("", "said.yaml")
    assert not isinstance(refused.value, OperationFileError)


def test_a_file_that_is_too_long_is_told_apart_from_an_operation() -> None:
    with pytest.raises(PublishedFileError, match="A table of published figures needs a few"):
        read_totals("x" * 2_000_000, "published_totals.csv")


def test_a_fault_of_a_table_is_not_one_of_an_operation_file() -> None:
    with pytest.raises(FileFaultsError) as raised:
        read_totals("nothing", "published_totals.csv")
    assert not isinstance(raised.value, OperationFileError)
