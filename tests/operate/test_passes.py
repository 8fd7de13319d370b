"""Which families a wave calls, and how small the list of revoked passes is."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.control.waves import calls_of, read_waves
from safepassage.model.catalogue import Catalogue
from safepassage.model.gate_pass import PassIssue, PassRevocation, RevocationReason
from safepassage.model.ids import CategoryId, EntryId, GroupId, PlaceId
from safepassage.operate.passes import Family, WaveAsked, chosen, revocation_list
from safepassage.secure.token import new_pass_id

START = datetime(2021, 8, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
CATEGORIES = (CategoryId("patient"), CategoryId("evacuee"))


def wave(hour: int, heads: dict[str, int], gate: str = "north-gate") -> WaveAsked:
    return WaveAsked(
        gate=PlaceId(gate),
        origin=PlaceId("town"),
        valid_from=START + hour * HOUR,
        valid_until=START + (hour + 1) * HOUR,
        heads={CategoryId(name): n for name, n in heads.items()},
    )


waves = st.lists(
    st.builds(
        wave,
        st.integers(0, 4),
        st.fixed_dictionaries({"patient": st.integers(0, 9), "evacuee": st.integers(0, 30)}),
        st.sampled_from(["north-gate", "south-gate"]),
    ),
    max_size=6,
)
families = st.lists(
    st.tuples(st.integers(1, 10), st.sampled_from([None, *CATEGORIES])), max_size=40
).map(lambda found: [Family(GroupId(f"f-{n}"), *each) for n, each in enumerate(found)])


@settings(max_examples=60, deadline=None)
@given(waves, families)
def test_families_are_called_whole_once_and_never_beyond_what_a_wave_has(
    asked: list[WaveAsked], line: list[Family]
) -> None:
    found = chosen(asked, line)
    assert max(Counter(each.family.group for each in found).values(), default=0) <= 1
    for index, one in enumerate(asked):
        called = [each.family for each in found if each.wave is asked[index]]
        assert sum(family.heads for family in called) <= sum(one.heads.values())
        for category in CATEGORIES:
            own = sum(family.heads for family in called if family.category == category)
            assert own <= one.heads[category]


def test_a_large_family_stays_first_in_line_for_the_next_wave() -> None:
    line = [Family(GroupId("large"), 8), Family(GroupId("small"), 3), Family(GroupId("last"), 2)]
    found = chosen([wave(0, {"evacuee": 5}), wave(1, {"evacuee": 9})], line)
    assert [(each.family.group, each.wave.valid_from) for each in found] == [
        ("small", START),
        ("last", START),
        ("large", START + HOUR),
    ]


def test_a_wave_of_the_plan_calls_the_families_that_it_names() -> None:
    plain = {
        "gate": "north-gate",
        "origin": "town",
        "start": "2021-08-20T00:00:00Z",
        "end": "2021-08-20T01:00:00Z",
        "heads": {"evacuee": 20},
    }
    waves_ = read_waves({"waves": [{**plain, "groups": ["f-2"]}, {**plain, "groups": []}]})
    heads = {GroupId(f"f-{n}"): n + 1 for n in range(4)}
    line = [Family(group, n) for group, n in heads.items()]
    found = calls_of(waves_, line, heads)
    assert [each.group for each in found] == ["f-2", "f-0", "f-1", "f-3"]
    assert [each.heads for each in found] == [3, 1, 2, 4]


def test_five_thousand_revoked_passes_fit_into_a_hundred_kilobytes() -> None:
    facts = []
    for number in range(5_200):
        pass_id = new_pass_id()
        until = START + (number - 199) * HOUR / 1000
        facts += [
            PassIssue(
                id=EntryId(f"pass-{number}"),
                pass_id=pass_id,
                group=GroupId(f"f-{number}"),
                gate=PlaceId("north-gate"),
                valid_from=until - HOUR,
                valid_until=until,
                heads=4,
                key_id="00000000",
                stated_at=START - 9 * HOUR,
            ),
            PassRevocation(
                id=EntryId(f"revoked-{number}"),
                pass_id=pass_id,
                reason=RevocationReason.REISSUED,
                stated_at=START - 8 * HOUR,
            ),
        ]
    found = revocation_list(Catalogue.of(facts), START)
    assert len(found) == 5_000  # those that have ended are left out
    assert len(json.dumps(found, separators=(",", ":"))) < 100_000
