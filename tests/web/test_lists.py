"""The import desk: a list is brought, looked at, previewed and taken in; each row has one fate."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from safepassage.exchange.lists.limits import Limits
from safepassage.register.bands import next_bands
from safepassage.secure.roles import Role
from safepassage.web import drafts
from tests.exchange.lists.hostile import people_xlsx
from tests.web.register_office import RegisterOffice, register_office

EMBASSY = """Ref,Family,Given name,Surname,Father's name,Sex,Date of birth,Passport,Phone
E-001,F1,Parwana,Zqxnoori,Yusuf,F,1991-05-14,P7781201,+93 70 555 0101
E-002,F1,Omid,Zqxnoori,Hamid,M,2012-06-30,,+93 70 555 0101
E-003,F1,,,,,,,
E-004,F2,Khatera,,Mir Ahmad,F,31/02/1985,P99,12
"""


@pytest.fixture
def register(tmp_path: Path) -> Iterator[RegisterOffice]:
    with register_office(tmp_path) as office, TestClient(office.app):
        yield office


def bring(
    desk: TestClient, content: bytes | str, list_id: str = "embassy-1", sponsor: str = "embassy"
) -> str:
    """Bring a file; the address of its draft."""
    raw = content.encode() if isinstance(content, str) else content
    answer = desk.post(
        "/lists/new",
        data={"sponsor": sponsor, "list": list_id},
        files={"file": ("somebody.csv", io.BytesIO(raw), "text/csv")},
        follow_redirects=False,
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def confirm(desk: TestClient, draft: str, **changed: str) -> str:
    """Confirm the columns as they are proposed, some of them changed; the preview."""
    answer = desk.post(f"{draft}/columns", data=changed)
    assert answer.status_code == 200, answer.text
    return answer.text


def take(desk: TestClient, content: bytes | str, list_id: str = "embassy-1") -> str:
    """Take a list in from end to end; the last page."""
    draft = bring(desk, content, list_id)
    confirm(desk, draft)
    answer = desk.post(f"{draft}/take")
    assert answer.status_code == 200, answer.text
    return answer.text


def figures(page: str) -> dict[str, int]:
    """The figures on a page by what they are called."""
    found = re.findall(r"<dt>([^<]+)</dt><dd><bdi[^>]*>([\d,]+)</bdi></dd>", page)
    return {name: int(value.replace(",", "")) for name, value in found}


def test_from_a_file_to_records_and_a_row_in_quarantine(register: RegisterOffice) -> None:
    desk = register.desk()
    draft = bring(desk, EMBASSY)
    columns = desk.get(draft).text
    assert "the header says so, and so do the cells" in columns
    assert re.search(r'value="born" selected', columns)
    preview = confirm(desk, draft)
    assert figures(preview) == {"Rows in": 4, "Records": 3, "Quarantined": 1}
    assert "nobody can be told by it" in preview
    assert "the month has no such day" in preview
    done = desk.post(f"{draft}/take").text
    counted = figures(done)
    assert counted["Rows in"] == counted["Records"] + counted["Quarantined"] == 4
    assert counted["New records"] == counted["New persons"] == 3
    assert "embassy-1" in desk.get("/lists").text


def test_the_same_file_again_adds_nothing_and_a_new_version_shows_who_changed(
    register: RegisterOffice,
) -> None:
    desk = register.desk()
    take(desk, EMBASSY)
    again = take(desk, EMBASSY)
    assert "This list is here already" in again
    assert figures(again)["New records"] == 0
    corrected = EMBASSY.replace("+93 70 555 0101\nE-002", "+93 70 555 0199\nE-002")
    corrected = corrected.replace("E-004,F2,Khatera", "E-009,F9,Laila").replace("P99,12", ",")
    done = take(desk, corrected)
    counted = figures(done)
    assert (counted["As before"], counted["New on the list"]) == (1, 1)
    assert (counted["Changed"], counted["No longer on it"]) == (1, 1)
    one = desk.get("/lists/of/embassy-1").text
    assert "version 2" in one
    assert "Nobody was deleted" in one


def test_what_is_hidden_in_a_workbook_is_shown_and_counted_before_anything_else(
    register: RegisterOffice,
) -> None:
    desk = register.desk()
    draft = bring(desk, people_xlsx())
    page = desk.get(draft).text
    assert "This file hides something" in page
    for said in ("Hidden sheets: 2", "Hidden rows: 5", "Hidden columns: 1"):
        assert said in page
    assert "All applicants" in page
    other = desk.get(f"{draft}?sheet=1").text
    assert "rows below the header: 1" in other
    desk.get(f"{draft}?sheet=0")
    assert confirm(desk, draft).count("is-hidden") == 2


def test_rows_are_pasted_with_or_without_a_header(register: RegisterOffice) -> None:
    desk = register.desk()
    pasted = "Parwana Noori\tF\t1991-05-14\t+93 70 555 0101\nOmid Noori\tM\t2012\t+93 70 555 0102"
    for text in (pasted, f"Name\tSex\tBorn\tPhone\n{pasted}"):
        answer = desk.post(
            "/lists/new",
            data={"sponsor": "ngo", "list": "ngo-1", "pasted": text},
            files={"file": ("", b"", "application/octet-stream")},
        )
        assert answer.status_code == 200
        draft = str(answer.url.path)
        assert figures(confirm(desk, draft))["Records"] == 2


def test_a_person_changes_what_was_proposed_and_it_is_remembered_for_the_sponsor(
    register: RegisterOffice,
) -> None:
    desk = register.desk()
    text = "Who,What,Ref\nParwana Noori,interpreter,7\nOmid Noori,driver,8\n"
    draft = bring(desk, text)
    changed = {"column-0": "full-name", "column-1": "profession", "column-2": "unused"}
    confirm(desk, draft, **changed)
    assert desk.post(f"{draft}/take").status_code == 200
    later = desk.get(bring(desk, text.replace("Omid", "Amid"), "embassy-2")).text
    assert later.count("</span> confirmed for this sponsor before") == 3
    assert 'value="profession" selected' in later


def test_a_mapping_that_tells_nobody_is_asked_about_again(register: RegisterOffice) -> None:
    desk = register.desk()
    draft = bring(desk, "A,B\nx1,y1\nx2,y2\n")
    nothing = {"column-0": "unused", "column-1": "unused"}
    answer = desk.post(f"{draft}/columns", data=nothing)
    assert answer.status_code == 422
    assert "Say which one does" in answer.text
    assert desk.post(f"{draft}/columns", data={"column-0": "no-such"}).status_code == 422
    assert desk.get(f"{draft}/preview").url.path == draft  # nothing was confirmed yet


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 Zqxcanary", "PDF"),
        (b"", "Nothing was brought"),
        (b"PK\x03\x04 cut", "damaged"),
    ],
)
def test_what_is_no_list_is_refused_on_the_page_with_a_remedy(
    register: RegisterOffice, content: bytes, said: str
) -> None:
    desk = register.desk()
    answer = desk.post(
        "/lists/new",
        data={"sponsor": "embassy", "list": "embassy-1"},
        files={"file": ("Zqxname.pdf", content, "text/csv")},
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert "Zqx" not in answer.text


def test_a_file_that_is_too_large_is_refused_while_it_arrives(
    register: RegisterOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "PASTED_BYTES_MAX", 1024)
    small = replace(Limits(), file_bytes_max=1024)
    monkeypatch.setattr(drafts.read_upload, "__defaults__", (small,))
    desk = register.desk()
    answer = desk.post(
        "/lists/new",
        data={"sponsor": "embassy", "list": "embassy-1"},
        files={"file": ("a.csv", b"x" * 100_000, "text/csv")},
    )
    assert answer.status_code == 422
    assert "larger than" in answer.text


def test_no_part_of_an_upload_touches_a_disk(
    register: RegisterOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rollover(_self: object) -> None:
        raise AssertionError("a large upload would be written to a disk")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", rollover)
    rows = "".join(f"E-{n},F{n},Zqxname,,,F,1990,,{'x' * 300}\n" for n in range(10_000))
    desk = register.desk()
    assert "rows below the header: 10,004" in desk.get(bring(desk, EMBASSY + rows)).text


def test_a_draft_is_its_accounts_alone_and_goes_after_an_hour(register: RegisterOffice) -> None:
    secret = register.enrol("officer-1", Role.REGISTRAR)
    desk = register.sign_in("officer-1", secret)
    draft = bring(desk, EMBASSY)
    other = register.desk(Role.REGISTRAR, id="officer-2")
    assert other.get(draft).status_code == 404
    assert desk.get(draft).status_code == 200
    register.clock.pass_by(timedelta(minutes=61))
    desk = register.sign_in("officer-1", secret)
    assert desk.get(draft).status_code == 404


def test_locking_the_register_forgets_every_draft(register: RegisterOffice) -> None:
    desk = register.desk()
    draft = bring(desk, EMBASSY)
    assert desk.post("/lock/shut").status_code == 200
    assert desk.get(draft).status_code == 423
    register.unlock()
    assert desk.get(draft).status_code == 404


def test_a_list_that_nobody_wants_is_left(register: RegisterOffice) -> None:
    desk = register.desk()
    draft = bring(desk, EMBASSY)
    assert desk.post(f"{draft}/drop").url.path == "/lists"
    assert desk.get(draft).status_code == 404
    assert "No list was taken in yet" in desk.get("/lists").text


def test_a_sponsor_hands_in_its_own_lists_and_sees_no_other(register: RegisterOffice) -> None:
    desk = register.desk()
    take(desk, EMBASSY)
    ngo = register.desk(Role.LIST_SUBMITTER, id="ngo-1", sponsor="ngo")
    assert 'name="sponsor"' not in ngo.get("/lists/new").text
    draft = bring(ngo, EMBASSY.replace("Parwana", "Laila"), "ngo-list", sponsor="embassy")
    confirm(ngo, draft)
    assert ngo.post(f"{draft}/take").status_code == 200
    seen = ngo.get("/lists").text
    assert "ngo-list" in seen
    assert "embassy-1" not in seen
    assert ngo.get("/lists/of/embassy-1").status_code == 403
    assert ngo.get("/entering").status_code == 403


@pytest.mark.parametrize("role", [Role.GATE_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_has_no_business_with_lists_sees_none(register: RegisterOffice, role: Role) -> None:
    desk = register.desk(role)
    for path in ("/lists", "/lists/new", "/entering", "/entering/forms", "/intake"):
        assert desk.get(path).status_code == 403


def test_the_quality_panel_holds_figures_and_no_name(register: RegisterOffice) -> None:
    desk = register.desk()
    rows = [f"E-{n:03},F{n},Zqxname{n},Zqxsur,Yusuf,F,{1950 + n}-01-01,," for n in range(40)]
    take(desk, "\n".join([EMBASSY.splitlines()[0], *rows]))
    page = desk.get("/lists/of/embassy-1").text
    assert "more than chance" in page
    assert "40 of 40 whole dates" in page
    assert "Zqx" not in page


def test_quarantined_rows_are_shown_as_they_came_with_the_reason(register: RegisterOffice) -> None:
    desk = register.desk()
    take(desk, EMBASSY)
    page = desk.get("/lists/of/embassy-1/quarantine").text
    assert "E-003" in page
    assert "nobody can be told by it" in page
    assert "Zqxnoori" not in page  # those rows are records


def test_a_family_is_entered_at_the_desk(register: RegisterOffice) -> None:
    desk = register.desk(Role.CASE_OFFICER)
    form = {
        "1.full-name": "Parwana Noori",
        "1.born": "1991",
        "1.relation": "head",
        "2.full-name": "Omid",
        "2.sex": "M",
        "3.full-name": "",
    }
    page = desk.post("/entering/desk", data=form).text
    assert "Kept: 2" in page
    assert page.count("new in the register") == 2
    lists = desk.get("/lists").text
    assert "/lists/of/desk" in lists
    assert register.desk(Role.REGISTRAR, id="officer-2").get("/lists/of/desk").status_code == 200


def test_a_passport_is_scanned_at_the_desk(register: RegisterOffice) -> None:
    desk = register.desk()
    first = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
    lines = f"{first}\r\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\r\n"
    page = desk.post("/entering/desk", data={"1.mrz": lines}).text
    assert "Kept: 1" in page
    wrong = desk.post("/entering/desk", data={"1.mrz": lines.replace("C36", "C46")}).text
    assert "A check digit of the zone is wrong" in wrong


def test_an_entry_that_is_nobody_is_shown_again_at_once(register: RegisterOffice) -> None:
    desk = register.desk()
    answer = desk.post("/entering/desk", data={"1.sex": "F", "1.relation": "wife"})
    assert answer.status_code == 422
    assert "nobody can be told by it" in answer.text
    assert 'value="wife"' in answer.text
    assert desk.post("/entering/desk", data={}).status_code == 422


def test_paper_forms_are_keyed_band_first_and_twice_is_once(register: RegisterOffice) -> None:
    desk = register.desk()
    head, child = next_bands("KM", 0, 2)
    page = desk.get("/entering/paper").text
    first = re.search(r'<input id="1\.([a-z-]+)"[^>]*>', page)
    assert first is not None
    assert first[1] == "band"
    assert "autofocus" in first[0]
    form = {
        "1.band": head.spoken,
        "1.full-name": "Parwana Noori",
        "2.band": child.text.lower(),
        "2.full-name": "Omid",
        "2.household": head.text,
    }
    assert "Kept: 2" in desk.post("/entering/paper", data=form).text
    again = desk.post("/entering/paper", data=form).text
    assert again.count("nothing added") == 2
    wrong = form | {"1.band": head.text[:-1] + "A"}
    answer = desk.post("/entering/paper", data=wrong)
    assert answer.status_code == 422
    assert "Look at the band again" in answer.text


def test_a_print_run_gives_each_band_out_once(register: RegisterOffice) -> None:
    desk = register.desk()
    assert desk.get("/entering/forms").status_code == 200
    first = desk.post("/entering/forms/print", data={"series": "km", "count": 4}).text
    second = desk.post("/entering/forms/print", data={"series": "KM", "count": 2}).text
    bands = re.findall(r'<p class="band">([^<]+)</p>', first + second)
    assert len(set(bands)) == 6
    assert next_bands("KM", 0, 6)[-1].spoken in second
    assert "<style" not in first
    assert desk.get("/entering/forms.css").headers["content-type"].startswith("text/css")
    refused = desk.post("/entering/forms/print", data={"series": "OI", "count": 1})
    assert refused.status_code == 422


def test_a_request_that_was_read_is_not_handled(register: RegisterOffice) -> None:
    desk = register.desk()
    take(desk, EMBASSY)
    register.clock.pass_by(timedelta(hours=5))
    desk = register.desk(Role.CASE_OFFICER, id="case-1")
    page = desk.get("/intake").text
    assert "Requests not handled yet: 3" in page
    assert "5 h 00 min" in page
    person = re.search(r'action="/intake/(p-[0-9a-f]+)"', page)
    assert person is not None
    read = desk.post(f"/intake/{person[1]}", data={"stage": "read"}).text
    assert "Requests not handled yet: 3" in read
    told = desk.post(f"/intake/{person[1]}", data={"stage": "told", "why": "called"}).text
    assert "Requests not handled yet: 2" in told
    assert desk.post(f"/intake/{person[1]}", data={"stage": "lost"}).status_code == 400


@pytest.mark.parametrize("language", ["en", "fa-AF"])
def test_every_page_is_there_in_both_languages_without_inline_style_or_script(
    register: RegisterOffice, language: str
) -> None:
    desk = register.desk()
    desk.cookies.set("lang", language)
    take(desk, EMBASSY)
    draft = bring(desk, people_xlsx(), "embassy-2")
    confirm(desk, draft)
    paths = [
        "/lists", "/lists/new", draft, f"{draft}/preview", "/lists/of/embassy-1",
        "/lists/of/embassy-1/quarantine", "/entering", "/entering/paper", "/entering/forms",
        "/intake",
    ]  # fmt: skip
    for path in paths:
        answer = desk.get(path)
        assert answer.status_code == 200, path
        assert f'lang="{language}"' in answer.text
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*src=)|\son\w+=", answer.text), path


def test_rows_that_say_the_same_are_marked_before_they_are_taken_in(
    register: RegisterOffice,
) -> None:
    desk = register.desk()
    again = "E-009,F1,Zqxnoori,Parwana,Yusuf,F,1991-05-14,,\n"
    preview = confirm(desk, bring(desk, EMBASSY + again))
    assert re.findall(r'same as <bdi dir="ltr">(\d+)</bdi>', preview) == ["6", "2"]


def test_a_desk_in_dari_says_nothing_in_english(register: RegisterOffice) -> None:
    desk = register.desk()
    desk.cookies.set("lang", "fa-AF")
    text = (
        "Ref,Name,Sex,Date of birth,Passport,Phone,E-mail,Odd,Odd\n"
        "1,Parwana Noori,Q,31/02/1985,P99,12,x,7,\n2,Null,F,2050-01-01,word,9.37E+10,,,8\n"
        "3,,,,,,,,\nTotal,2,,,,,,,\n4,Omid,M,about,1234567890,070555010,,,,9,9\n"
        'Ref,Name,Sex,Date of birth,Passport,Phone,E-mail,Odd,Odd\n5,"Laila,F\n'
    )
    draft = bring(desk, text.encode() + b"6,Zo\xe9,F,1990,,,,,\n")
    pages = [desk.get(draft).text, confirm(desk, draft)]
    refused = {"sponsor": "embassy", "list": "embassy-1"}
    for raw in (b"%PDF", b"PK\x03\x04", b"\x89PNG"):
        files = {"file": ("a", raw, "text/csv")}
        pages.append(desk.post("/lists/new", data=refused, files=files).text)
    pages.append(desk.post("/entering/paper", data={"1.band": "x", "1.full-name": "y"}).text)
    for page in pages:
        assert re.findall(r'<span lang="en" dir="ltr">([^<]*)</span>', page) == []


def test_addresses_hold_no_word_of_a_list(register: RegisterOffice) -> None:
    desk = register.desk()
    draft = bring(desk, EMBASSY)
    pages = desk.get(draft).text + confirm(desk, draft)
    addresses = re.findall(r'(?:href|action)="([^"]+)"', pages)
    assert not [address for address in addresses if "Zqx" in address or "somebody" in address]
