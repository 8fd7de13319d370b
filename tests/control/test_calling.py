"""Families are called, each one alone, in its own language, by whatever reaches it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from safepassage.control import calling, issuing
from safepassage.control.calling import MessageState
from safepassage.control.channels import Address, ChannelError, Outgoing
from safepassage.control.channels.file import read_channels
from safepassage.control.channels.mail import Mail, Server
from safepassage.control.channels.sheet import Sheet
from safepassage.control.channels.sms import Gateway, Sms
from safepassage.control.message import ENDANGERING, EndangeringError, Kind, Meeting
from safepassage.model.errors import BadQuestionError
from safepassage.model.gate_pass import RevocationReason
from safepassage.model.ids import GroupId
from safepassage.secure.spoken import shown_code
from tests.control.calling_desk import NORTH, START, Desk, calling_desk
from tests.control.post_office import certificate, gateway, mail_server

MEETINGS = {
    NORTH: Meeting({"en": "Tea house by the canal", "fa-AF": "چایخانه کنار کانال"}, "Asia/Kabul")
}
ADDRESSES = {
    GroupId("fam-1"): Address("p-1", "fa-AF", mail="one@people.example", phone="+93700000001"),
    GroupId("fam-2"): Address("p-2", "en", mail="two@people.example"),
    GroupId("fam-3"): Address("p-3", "fa-AF", phone="+93700000003"),
    GroupId("fam-4"): Address("p-4", "fa-AF", mail="four@people.example", papers_endanger=True),
}


def book(groups: Sequence[GroupId]) -> Mapping[GroupId, Address]:
    return {group: ADDRESSES[group] for group in groups if group in ADDRESSES}


@pytest.fixture
def desk(empty_file: Path, tmp_path: Path) -> Iterator[Desk]:
    with calling_desk(shutil.copy(empty_file, tmp_path / "ledger.db").as_posix()) as found:
        found.key()
        yield found


def by_mail(port: int, **more: str) -> Mail:
    return Mail(Server("127.0.0.1", port, "office@post.example", **{"security": "none", **more}))


def states(desk: Desk, pass_id: str) -> dict[Kind, tuple[str, MessageState, str | None]]:
    found = calling.messages(desk.office.place, [pass_id])
    return {m.kind: (m.channel, m.state, m.reason) for m in found}


def test_each_family_is_told_alone_in_its_language_where_and_when(desk: Desk) -> None:
    with mail_server() as box, gateway() as taken:
        body = {"recipients": ["{to}"], "body": "{text}", "reference": "{id}"}
        channels = [by_mail(box.port), Sms(Gateway(taken.url, body)), Sheet()]
        wanted = [desk.wanted(f"fam-{n}", heads=n + 3) for n in range(1, 6)]
        made = calling.call(desk.office, wanted, book, channels, MEETINGS)
        assert calling.deliver(desk.office, channels).sent == 6
    assert all(len(to) == 1 for to, _ in box.letters)
    call, word = box.text_to("one@people.example")
    code = shown_code(made[0].secret.code)
    assert call == (
        "جمعه، ساعت ۱۰:۳۰ تا ۱۲:۳۰. چایخانه کنار کانال. تعداد نفر: ۴. همه با هم بیایید."
        f" شماره شما: \u2066{code}\u2069"
    )
    assert made[0].secret.word.in_language("fa-AF") in word
    assert code not in word
    english, _ = box.text_to("two@people.example")
    assert english.startswith(
        "Friday, 10:30 to 12:30. Tea house by the canal. Number of people: 5."
    )
    assert [asked["recipients"] for _, asked in taken.asked] == [["+93700000003"]] * 2
    assert shown_code(made[2].secret.code) in str(taken.asked[0][1]["body"])
    for number in (4, 5):  # whom papers endanger, and of whom nobody has an address
        assert states(desk, made[number - 1].issue.pass_id) == {
            Kind.CALL: ("sheet", MessageState.QUEUED, None),
            Kind.WORD: ("sheet", MessageState.QUEUED, None),
        }


def test_no_message_says_what_it_is_about_or_for_whom(desk: Desk) -> None:
    with mail_server() as box:
        channels = [by_mail(box.port), Sheet()]
        made = calling.call(desk.office, [desk.wanted("fam-2")], book, channels, MEETINGS)
        calling.deliver(desk.office, channels)
    for _, letter in box.letters:
        raw = letter.as_string().casefold()
        body = letter.get_body(("plain",))
        assert body is not None
        words = set(body.get_content().casefold().replace(".", " ").split())
        assert not words & ENDANGERING
        assert letter["Subject"] == "Appointment"
        assert letter["From"] == "office@post.example"
        for telling in ("safe", "passage", "python", "fam-2", "north-gate", "x-mailer", "received"):
            assert telling not in raw
    assert made[0].issue.pass_id not in str([letter.as_string() for _, letter in box.letters])


def test_the_code_to_scan_comes_with_the_call_and_not_with_the_word(desk: Desk) -> None:
    with mail_server() as box:
        channels = [by_mail(box.port)]
        calling.call(desk.office, [desk.wanted("fam-2")], book, channels, MEETINGS)
        calling.deliver(desk.office, channels)
    pictures = [[part.get_content() for part in x.iter_attachments()] for _, x in box.letters]
    assert [len(found) for found in pictures] == [1, 0]
    assert pictures[0][0].startswith(b"\x89PNG")


def test_what_cannot_go_out_is_tried_again_and_then_said_to_have_failed(desk: Desk) -> None:
    with mail_server() as box:
        box.refuses["one@people.example"] = "450 later"
        box.refuses["two@people.example"] = "550 nobody here"
        channels = [by_mail(box.port)]
        one, two = calling.call(
            desk.office,
            [desk.wanted("fam-1", hours=20), desk.wanted("fam-2", hours=20)],
            book,
            channels,
            MEETINGS,
        )
        first = calling.deliver(desk.office, channels)
        assert (first.sent, first.later, first.failed) == (0, 2, 2)
        assert states(desk, two.issue.pass_id)[Kind.CALL][1:] == (
            MessageState.FAILED,
            "address-refused",
        )
        assert calling.deliver(desk.office, channels).later == 0  # its minute is not over
        for minutes in (1, 5, 15, 60):
            desk.clock.now += timedelta(minutes=minutes)
            calling.deliver(desk.office, channels)
        assert {m.tries for m in calling.messages(desk.office.place, [one.issue.pass_id])} == {5}
        assert states(desk, one.issue.pass_id)[Kind.CALL][1] is MessageState.FAILED
        again = calling.call_again(desk.office, one.issue.pass_id, book, channels, MEETINGS)
        box.refuses.clear()
        assert calling.deliver(desk.office, channels).sent == 2
        assert states(desk, again.issue.pass_id)[Kind.CALL][1] is MessageState.SENT


def test_a_server_that_is_away_loses_no_message(desk: Desk) -> None:
    with mail_server() as box:
        gone = by_mail(box.port)
    calling.call(desk.office, [desk.wanted("fam-2")], book, [gone], MEETINGS)
    assert calling.deliver(desk.office, [gone]).reasons == {"not-reached": 2}
    desk.clock.now += timedelta(minutes=2)
    with mail_server() as box:
        assert calling.deliver(desk.office, [by_mail(box.port)]).sent == 2


def test_nothing_goes_out_for_a_pass_that_no_longer_counts(desk: Desk) -> None:
    with mail_server() as box:
        channels = [by_mail(box.port)]
        (made,) = calling.call(desk.office, [desk.wanted("fam-1")], book, channels, MEETINGS)
        issuing.revoke(desk.office, made.issue.pass_id, RevocationReason.THREAT)
        assert calling.deliver(desk.office, channels).dropped == 2
        calling.call(desk.office, [desk.wanted("fam-2")], book, channels, MEETINGS)
        desk.clock.now = START + timedelta(hours=5)
        assert calling.deliver(desk.office, channels).dropped == 2
    assert box.letters == []


def test_two_servers_never_send_one_message_at_once(desk: Desk) -> None:
    sent: list[str] = []

    class Nested(Sheet):
        """While it sends, another server looks for what is due."""

        name = "mail"
        is_automatic = True

        def send(self, message: Outgoing) -> None:
            sent.append(message.id)
            calling.deliver(desk.office, [self])

    calling.call(desk.office, [desk.wanted("fam-1")], book, [Nested()], MEETINGS)
    calling.deliver(desk.office, [Nested()])
    assert len(sent) == len(set(sent)) == 2


def test_what_is_handed_over_by_a_person_is_said_by_a_person(desk: Desk) -> None:
    (made,) = calling.call(desk.office, [desk.wanted("fam-4")], book, [Sheet()], MEETINGS)
    assert calling.deliver(desk.office, [Sheet()]).sent == 0
    told = calling.said(desk.office, [made.issue.pass_id])
    assert all(each.is_spoken for each in told)
    assert any(shown_code(made.secret.code) in each.text for each in told)
    assert calling.told(desk.office, made.issue.pass_id, has_answered=True) == 0
    assert calling.told(desk.office, made.issue.pass_id) == 2
    assert calling.told(desk.office, made.issue.pass_id) == 0
    assert calling.told(desk.office, made.issue.pass_id, has_answered=True) == 2
    found = calling.messages(desk.office.place, [made.issue.pass_id])
    assert {m.state for m in found} == {MessageState.ANSWERED}


def test_a_call_needs_a_meeting_place_that_says_nothing(desk: Desk) -> None:
    with pytest.raises(BadQuestionError, match="where the people of north-gate meet"):
        calling.call(desk.office, [desk.wanted("fam-1")], book, [Sheet()], {})
    for text in ("the North Gate", "U.S. Embassy", "میدان هوایی", "", "a\nb", "x" * 200):
        with pytest.raises(EndangeringError):
            Meeting({"en": text}, "Asia/Kabul")


def test_mail_is_encrypted_and_the_server_is_who_it_says(tmp_path: Path, desk: Desk) -> None:
    context, trust = certificate(tmp_path)
    message = Outgoing("call-1", ADDRESSES[GroupId("fam-2")], "Appointment", "Friday.")
    with mail_server(context) as box:
        by_mail(box.port, security="starttls", trust=str(trust)).send(message)
        assert box.text_to("two@people.example") == ["Friday."]
        with pytest.raises(ChannelError, match="not-encrypted"):
            by_mail(box.port, security="starttls").send(message)
        with pytest.raises(ChannelError, match="server-refused"):
            by_mail(box.port).send(message)
    with pytest.raises(BadQuestionError, match="without TLS"):
        Server("mail.example", 25, "office@post.example", security="none")


def test_an_address_hides_no_second_recipient() -> None:
    mail = by_mail(25)
    for odd in (
        "a@b.example,c@d.example",
        "a@b.example\nBcc: c@d.example",
        "a@b",
        "@b.example",
        "a b@c.de",
        "<a@b.example>",
        "a@b.example\r",
        "",
    ):
        assert not mail.reaches(Address("p-1", "en", mail=odd))
    sms = Sms(Gateway("https://sms.example/", {"to": "{to}", "text": "{text}"}))
    for odd in ("0700000000", "+93 700", "+۹۳۷۰۰۰۰۰۰۰۱", "+1,+2", ""):
        assert not sms.reaches(Address("p-1", "en", phone=odd))


def test_a_gateway_that_is_busy_is_asked_again_and_one_that_refuses_is_not() -> None:
    message = Outgoing("call-1", ADDRESSES[GroupId("fam-3")], "", "{to} {id} ۵")
    with gateway() as taken:
        sms = Sms(
            Gateway(taken.url, {"n": "{to}", "text": "{text}"}, {"Authorization": "Bearer k"})
        )
        taken.answers += [503, 429, 400]
        for may_retry in (True, True, False):
            with pytest.raises(ChannelError) as refused:
                sms.send(message)
            assert refused.value.may_retry is may_retry
        sms.send(message)
    headers, asked = taken.asked[-1]
    assert headers["Authorization"] == "Bearer k"
    assert asked == {"n": "+93700000003", "text": "{to} {id} ۵"}


def test_the_channel_file_keeps_no_secret() -> None:
    text = """{"channels": [
      {"channel": "sms", "url": "https://sms.example/send", "form": "form",
       "headers": {"Authorization": "Key $SMS_KEY"}, "body": {"to": "{to}", "text": "{text}"}},
      {"channel": "mail", "host": "mail.example", "port": 587, "sender": "office@post.example",
       "user": "office", "password_env": "MAIL_PASSWORD"}]}"""
    found = read_channels(text, {"SMS_KEY": "s", "MAIL_PASSWORD": "m"})
    assert [channel.name for channel in found] == ["sms", "mail", "sheet"]
    with pytest.raises(BadQuestionError, match="MAIL_PASSWORD"):
        read_channels(text, {"SMS_KEY": "s"})
    for wrong in (
        "",
        "[]",
        '{"channels": [{"channel": "fax"}]}',
        '{"channels": [{"channel": "mail", "host": "mail.example"}]}',
        '{"channels": [{"channel": "mail", "hostname": "mail.example"}]}',
        '{"channels": [{"channel": "sms", "url": "http://b.de", "body": {"t": "{to}{text}"}}]}',
        '{"channels": [{"channel": "sms", "url": "https://sms.example", "body": {"t": "{to}"}}]}',
    ):
        with pytest.raises(BadQuestionError):
            read_channels(wrong, {})
