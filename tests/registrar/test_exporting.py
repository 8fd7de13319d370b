"""Nothing leaves but what was counted, approved, marked and sealed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pyrage
import pytest

from safepassage.control.passengers import passengers_of
from safepassage.exchange.exports.inspect import inspect_file
from safepassage.exchange.exports.types import KINDS, ExportType
from safepassage.exchange.exports.writers import FileFormat
from safepassage.model.errors import BadQuestionError, InvalidFactError
from safepassage.model.ids import AccountId, ListId, PersonId
from safepassage.registrar import NotAllowedError, Stage, UnknownSubjectError
from safepassage.registrar.export_values import (
    Asked,
    ExportRefusedError,
    ExportState,
    ExportView,
    Recipient,
    Second,
    Selection,
)
from safepassage.secure.audit import Kind
from safepassage.secure.errors import WeakSecretError
from safepassage.secure.roles import Role, Viewer
from tests.registrar.conftest import (
    CASE_OFFICER,
    GATE_OFFICER,
    NOON,
    REGISTRAR,
    SUBMITTER,
    Desk,
)

EXPORTER = Viewer(AccountId("exporter-1"), frozenset({Role.EXPORTER}))
OTHER_EXPORTER = Viewer(AccountId("exporter-2"), frozenset({Role.EXPORTER}))
HER_KEY, HIS_KEY = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
STATE = Recipient("state-a", str(HER_KEY.to_public()))
HOST = Recipient("state-b", str(HIS_KEY.to_public()))
WORDS = "otter lantern quarry violet seven"

FAMILY = """
    Family | Name            | Father | Sex | Date of birth | Passport | Citizenship | Relation
    1      | Zqxmira Noorzai | Karim  | F   | 1984-03-02    | P7781201 | AFG         | head
    1      | Omid Noorzai    | Hamid  | M   | 2012          |          | AFG         | child
    2      | =Yusuf Ahmadi   | Reza   | M   | 1990-11-30    |          | USA         | head
"""


def crowd(number: int) -> str:
    rows = []
    for n in range(number):
        name = f"{chr(97 + n % 26)}{chr(97 + n // 26)}bek Q{chr(97 + n % 23)}zari"
        rows.append(f"{n} | {name} | F | 19{n % 60 + 40}-02-1{n % 9}")
    return "\n".join(["Family | Name | Sex | Date of birth", *rows])


def asked(
    desk: Desk,
    rows: int,
    export_type: ExportType = ExportType.MANIFEST,
    *,
    list_id: str = "list-a",
    **changed: object,
) -> Asked:
    made = Asked(
        type=export_type,
        format=FileFormat.XLSX,
        selection=Selection(list=ListId(list_id)),
        recipients=(STATE, HOST),
        purpose="boarding of flight 12",
        expires_at=desk.clock.now + timedelta(days=7),
        rows=rows,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def request(
    desk: Desk, rows: int, export_type: ExportType = ExportType.MANIFEST, **changed: object
) -> ExportView:
    return desk.registrar.exports.request(
        CASE_OFFICER,
        asked(desk, rows, export_type, **changed),  # type: ignore[arg-type]
    )


def audited(desk: Desk, kind: Kind) -> list[dict[str, str | int]]:
    return [dict(link.entry.detail) for link in desk.protection.trail.page(kind=kind.value)]


def test_a_file_holds_the_approved_rows_sealed_for_its_recipient_alone(desk: Desk) -> None:
    desk.take(FAMILY)
    view = request(desk, 3)
    assert (view.state, view.seconds) == (ExportState.READY, ())
    written = desk.registrar.exports.write(CASE_OFFICER, view.id, "state-a")
    assert b"Zqxmira" not in written.content
    assert "Zqxmira" not in written.name
    found = inspect_file(pyrage.decrypt(written.content, [HER_KEY]))
    assert found.header == KINDS[ExportType.MANIFEST].header
    assert found.hidden == ()
    assert {row[2] for row in found.rows} == {"Zqxmira Noorzai", "Omid Noorzai", "=Yusuf Ahmadi"}
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(written.content, [HIS_KEY])
    assert [copy.recipient for copy in desk.registrar.exports.one(EXPORTER, view.id).copies] == [
        "state-a"
    ]
    (entry,) = audited(desk, Kind.EXPORTED)
    assert entry == {"recipient": "state-a", "rows": 3, "sha256": written.sha256}


def test_a_birth_year_is_written_as_a_year_and_not_as_its_first_day(desk: Desk) -> None:
    desk.take(FAMILY)
    written = desk.registrar.exports.write(CASE_OFFICER, request(desk, 3).id, "state-a")
    rows = inspect_file(pyrage.decrypt(written.content, [HER_KEY])).rows
    born = KINDS[ExportType.MANIFEST].header.index("Born")
    assert {row[born] for row in rows if "Omid" in row[2]} == {"2012"}


def test_the_sender_says_how_many_rows_and_another_number_is_refused_and_not_told(
    desk: Desk,
) -> None:
    """Somebody meant to send 150 rows, and the file had 18,714."""
    desk.take(crowd(60))
    with pytest.raises(ExportRefusedError) as caught:
        request(desk, 15)
    assert "60" not in str(caught.value)
    (refused,) = desk.registrar.exports.all(EXPORTER)
    assert refused.state is ExportState.REFUSED
    assert audited(desk, Kind.EXPORT_REFUSED) == [{"why": "row-count", "type": "manifest"}]
    with pytest.raises(ExportRefusedError):
        desk.registrar.exports.write(CASE_OFFICER, refused.id, "state-a")


def test_more_than_50_rows_need_a_second_person_who_is_never_the_first(desk: Desk) -> None:
    desk.take(crowd(51))
    exports = desk.registrar.exports
    view = exports.request(EXPORTER, asked(desk, 51))
    assert (view.state, view.seconds) == (ExportState.WAITING, (Second.MANY_ROWS,))
    with pytest.raises(ExportRefusedError, match="waiting"):
        exports.write(EXPORTER, view.id, "state-a")
    for unfit in (EXPORTER, CASE_OFFICER, REGISTRAR):
        with pytest.raises(NotAllowedError):
            exports.approve(unfit, view.id)
    approved = exports.approve(OTHER_EXPORTER, view.id)
    assert (approved.state, approved.approved_by) == (ExportState.READY, "exporter-2")
    assert exports.write(OTHER_EXPORTER, view.id, "state-a").rows == 51
    with pytest.raises(ExportRefusedError, match="waits for nobody"):
        exports.approve(OTHER_EXPORTER, view.id)


def test_fifty_rows_are_one_persons_and_fields_of_protection_never_are(desk: Desk) -> None:
    desk.take(crowd(50))
    assert request(desk, 50).state is ExportState.READY
    sheet = request(desk, 50, ExportType.DECISION_SHEET)
    assert sheet.seconds == (Second.PROTECTION,)
    plain = request(desk, 50, is_sealed=False)
    assert plain.seconds == (Second.NOT_SEALED,)


def test_a_second_person_may_say_no_and_says_why(desk: Desk) -> None:
    desk.take(crowd(51))
    view = request(desk, 51)
    refused = desk.registrar.exports.refuse(EXPORTER, view.id, "the state asked for 12")
    assert (refused.state, refused.why) == (ExportState.REFUSED, "the state asked for 12")
    with pytest.raises(ExportRefusedError):
        desk.registrar.exports.approve(EXPORTER, view.id)


def test_only_who_may_export_asks_and_only_who_took_part_gets_a_file(desk: Desk) -> None:
    desk.take(FAMILY)
    for unfit in (GATE_OFFICER, SUBMITTER):
        with pytest.raises(NotAllowedError):
            desk.registrar.exports.request(unfit, asked(desk, 3))
    view = request(desk, 3)
    with pytest.raises(NotAllowedError):
        desk.registrar.exports.write(REGISTRAR, view.id, "state-a")
    with pytest.raises(UnknownSubjectError):
        desk.registrar.exports.write(CASE_OFFICER, view.id, "somebody-else")


def test_a_register_that_changed_since_the_count_gives_no_file(desk: Desk) -> None:
    desk.take(FAMILY)
    view = request(desk, 3)
    person = desk.person_ids()[0]
    desk.registrar.exports.write(CASE_OFFICER, view.id, "state-a")
    desk.registrar.shred(REGISTRAR, person)
    with pytest.raises(ExportRefusedError, match="changed since"):
        desk.registrar.exports.write(CASE_OFFICER, view.id, "state-b")


def test_every_copy_of_a_leak_names_its_recipient(desk: Desk) -> None:
    desk.take(crowd(40))
    view = request(desk, 40)
    for recipient, key in (("state-a", HER_KEY), ("state-b", HIS_KEY)):
        written = desk.registrar.exports.write(CASE_OFFICER, view.id, recipient)
        leak = inspect_file(pyrage.decrypt(written.content, [key]))
        for rows in (leak.rows, sorted(leak.rows), leak.rows[5:35]):
            traced = desk.registrar.exports.trace(EXPORTER, view.id, leak.header, rows)
            assert traced.recipient == recipient
    with pytest.raises(NotAllowedError):
        desk.registrar.exports.trace(CASE_OFFICER, view.id, leak.header, leak.rows)


def test_two_receivers_of_two_exports_cannot_lay_them_side_by_side(desk: Desk) -> None:
    desk.take(FAMILY)
    references = []
    for _ in range(2):
        written = desk.registrar.exports.write(CASE_OFFICER, request(desk, 3).id, "state-a")
        rows = inspect_file(pyrage.decrypt(written.content, [HER_KEY])).rows
        references.append({cell for row in rows for cell in row[:2]})
    assert not references[0] & references[1]


def test_copies_are_due_after_the_expiry_or_when_they_are_recalled(desk: Desk) -> None:
    desk.take(FAMILY)
    exports = desk.registrar.exports
    kept, recalled = request(desk, 3), request(desk, 3)
    for view in (kept, recalled):
        exports.write(CASE_OFFICER, view.id, "state-a")
    assert exports.due(EXPORTER) == []
    exports.recall(CASE_OFFICER, recalled.id, "sent to the wrong office")
    assert [(due.export, due.is_recalled) for due in exports.due(EXPORTER)] == [(recalled.id, True)]
    with pytest.raises(ExportRefusedError, match="recalled"):
        exports.write(CASE_OFFICER, recalled.id, "state-b")
    desk.clock.now += timedelta(days=8)
    assert {due.export for due in exports.due(EXPORTER)} == {kept.id, recalled.id}
    with pytest.raises(ExportRefusedError, match="expired"):
        exports.write(CASE_OFFICER, kept.id, "state-b")


def test_a_sponsor_is_told_how_far_its_own_lines_have_come_and_nothing_of_another_list(
    desk: Desk,
) -> None:
    """The same answer, whether or not another agency named the same people before."""

    def status(list_id: str) -> list[tuple[str, ...]]:
        view = request(desk, 3, ExportType.SPONSOR_STATUS, list_id=list_id, recipients=(STATE,))
        written = desk.registrar.exports.write(CASE_OFFICER, view.id, "state-a")
        rows = inspect_file(pyrage.decrypt(written.content, [HER_KEY])).rows
        kind = KINDS[ExportType.SPONSOR_STATUS]
        spell = kind.layout.spellings
        return sorted(
            tuple(
                spell[name].both(cell)[0] if name in spell else cell
                for name, cell in zip(kind.header[1:], row[1:], strict=True)
            )
            for row in rows
        )

    desk.take(FAMILY, "list-a", "embassy")
    before = desk.clock.now
    desk.clock.now += timedelta(days=3)
    desk.take(FAMILY.replace("=Yusuf", "Yusuf"), "list-b", "ngo")
    assert {row[2] for row in status("list-b")} == {(before + timedelta(days=3)).date().isoformat()}
    assert {row[1] for row in status("list-b")} == {"received"}
    person = desk.registrar.search(REGISTRAR, "Zqxmira Noorzai 1984").hits[0].person
    desk.registrar.move(CASE_OFFICER, person, Stage.TOLD)
    assert "told" in {row[1] for row in status("list-a")}


def test_a_gate_learns_no_name_and_a_sponsor_none_either(desk: Desk) -> None:
    desk.take(FAMILY)
    for export_type in (ExportType.CALL_FORWARD, ExportType.SPONSOR_STATUS, ExportType.BANDS):
        view = request(desk, 3, export_type, recipients=(STATE,))
        written = desk.registrar.exports.write(CASE_OFFICER, view.id, "state-a")
        text = " ".join(
            cell
            for row in inspect_file(pyrage.decrypt(written.content, [HER_KEY])).rows
            for cell in row
        )
        assert not {"Zqxmira", "Noorzai", "1984", "P7781201"} & set(text.replace("=", " ").split())


def test_a_decision_sheet_says_criteria_evidence_and_what_is_not_known(desk: Desk) -> None:
    desk.take(FAMILY)
    view = request(desk, 3, ExportType.DECISION_SHEET, recipients=(STATE,))
    desk.registrar.exports.approve(EXPORTER, view.id)
    written = desk.registrar.exports.write(CASE_OFFICER, view.id, "state-a")
    found = inspect_file(pyrage.decrypt(written.content, [HER_KEY]))
    sheet = [dict(zip(found.header, row, strict=True)) for row in found.rows]
    assert {row["Category"] for row in sheet} >= {"I-E"}
    citizen = next(row for row in sheet if row["Category"] == "I-E")
    assert "I: citizenship" in citizen["Criteria met"]
    assert "proof" in citizen["Not known"]
    assert citizen["Rules"] == "neo-2021-1"


def test_named_persons_are_each_one_row_whatever_id_they_are_named_by(desk: Desk) -> None:
    desk.take(FAMILY)
    one, other, _ = desk.person_ids()
    exports = desk.registrar.exports
    chosen = Selection(persons=(one, other, one))
    assert exports.request(CASE_OFFICER, asked(desk, 2, selection=chosen)).asked.rows == 2
    with pytest.raises(UnknownSubjectError):
        request(desk, 1, selection=Selection(persons=(PersonId("nobody"),)))
    with pytest.raises(InvalidFactError, match="one list"):
        request(desk, 2, ExportType.SPONSOR_STATUS, selection=chosen)


def test_a_recipient_without_a_key_opens_it_by_a_passphrase_that_is_kept_nowhere(
    desk: Desk,
) -> None:
    desk.take(FAMILY)
    view = request(desk, 3, recipients=(Recipient("state-c"),), format=FileFormat.CSV)
    with pytest.raises(WeakSecretError):
        desk.registrar.exports.write(CASE_OFFICER, view.id, "state-c")
    written = desk.registrar.exports.write(CASE_OFFICER, view.id, "state-c", WORDS)
    content = pyrage.passphrase.decrypt(written.content, WORDS)
    assert len(inspect_file(content).rows) == 3
    assert b'"\'=Yusuf Ahmadi"' in content


@pytest.mark.parametrize(
    "changed",
    [
        {"recipients": ()},
        {"recipients": (STATE, STATE)},
        {"recipients": (Recipient("Ministry of Something"),)},
        {"purpose": " "},
        {"rows": 0},
        {"selection": Selection()},
    ],
)
def test_an_export_without_a_reader_a_purpose_or_people_is_none(
    desk: Desk, changed: dict[str, object]
) -> None:
    with pytest.raises(InvalidFactError):
        replace(asked(desk, 3), **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("days", [0, -1, 91])
def test_an_export_expires_and_not_in_a_year(desk: Desk, days: int) -> None:
    desk.take(FAMILY)
    with pytest.raises(ExportRefusedError, match="expires"):
        request(desk, 3, expires_at=NOON + timedelta(days=days))


def test_no_word_of_an_export_is_on_the_disk(desk: Desk, database_files: object) -> None:
    desk.take(FAMILY)
    view = request(desk, 3, purpose="for Qwxlina at gate 4")
    desk.registrar.exports.write(CASE_OFFICER, view.id, "state-a")
    assert "Qwxlina" not in repr(view)
    for path in database_files():  # type: ignore[operator]
        assert not {b"Qwxlina", b"Zqxmira"} & {
            w for w in (b"Qwxlina", b"Zqxmira") if w in path.read_bytes()
        }


def test_a_passenger_list_becomes_a_carriers_message_and_nobody_is_added_or_lost(
    desk: Desk,
) -> None:
    desk.take(FAMILY)
    view = request(desk, 3, ExportType.PASSENGER_LIST, format=FileFormat.CSV)
    written = desk.registrar.exports.write(CASE_OFFICER, view.id, "state-a")
    found = passengers_of(pyrage.decrypt(written.content, [HER_KEY]))
    assert sorted(p.family_name for p in found.passengers) == [
        "=Yusuf Ahmadi",
        "Omid Noorzai",
        "Zqxmira Noorzai",
    ]
    assert found.no_day == 1  # Omid, of whom a year is known
    other = request(desk, 3, format=FileFormat.CSV)
    manifest = desk.registrar.exports.write(CASE_OFFICER, other.id, "state-a")
    with pytest.raises(BadQuestionError, match="no passenger list"):
        passengers_of(pyrage.decrypt(manifest.content, [HER_KEY]))
