"""What the registrar shows, as JSON and as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from safepassage.model.instant import format_instant, zulu
from safepassage.register.linkage import Evidence
from safepassage.register.quality import Quality
from safepassage.register.record import Born, Record
from safepassage.registrar.panel import to_plain
from safepassage.registrar.views import (
    Hit,
    IntakeView,
    JudgementView,
    Learned,
    ListView,
    PersonView,
    Question,
    RecordView,
    RegisterCounts,
    RowView,
    StageView,
    Taken,
)


def taken_to_json(taken: Taken) -> dict[str, Any]:
    """What became of a list."""
    return asdict(taken)


def list_to_json(view: ListView) -> dict[str, Any]:
    """A version of a list, without the name of its file."""
    return {
        "list": view.list,
        "sponsor": view.sponsor,
        "version": view.version,
        "taken_at": format_instant(view.taken_at),
        "taken_by": view.taken_by,
        "rows": view.rows,
        "records": view.records,
        "quarantined": view.quarantined,
        "added": view.added,
    }


def quality_to_json(panel: Quality, rows: Iterable[RowView]) -> dict[str, Any]:
    """The quality panel, and why rows are in quarantine."""
    told = [{"line": row.line, "sentence": row.sentence} for row in rows]
    return {**to_plain(panel), "in_quarantine": told}


def quality_lines(panel: Quality) -> list[str]:
    """The quality panel as sentences."""
    lines = [f"{panel.rows:,} rows = {panel.records:,} records + {panel.quarantined:,} quarantined"]
    for day in panel.first_days:
        excess = f"chance of that: {day.chance:.1g}" if day.is_excess else "no more than chance"
        lines.append(
            f"first day of a year ({day.calendar}): {day.first_days:,} of {day.dates:,} birthdays,"
            f" {day.expected:.1f} expected; {excess}"
        )
    lines += [f"{f.field}: {f.filled:,} of {f.records:,} filled" for f in panel.filled]
    counted = {
        "documents that cannot be": panel.unsound_documents,
        "documents of no defined type": panel.undefined_documents,
        "numbers that several rows share": len(panel.shared_documents),
        "people who stand twice": len(panel.repeated_rows),
        "people of one name only": panel.one_name_only,
        "hidden rows": panel.hidden_rows,
        "hidden columns": panel.hidden_columns,
        "hidden sheets": panel.hidden_sheets,
    }
    return lines + [f"{what}: {count:,}" for what, count in counted.items() if count]


def record_to_json(view: RecordView) -> dict[str, Any]:
    """A record beside where it came from."""
    r = view.record
    return {
        "record": r.id,
        "person": view.person,
        "list": r.list,
        "sponsor": view.sponsor,
        "lines": [{"version": version, "line": line} for version, line in view.rows],
        "is_current": view.is_current,
        "taken_at": format_instant(view.taken_at),
        "names": [{"part": str(name.part), "text": name.text} for name in r.names],
        "sex": str(r.sex) if r.sex else None,
        "born": _born_to_json(r.born) if r.born else None,
        "phones": list(r.phones),
        "emails": list(r.emails),
        "documents": [asdict(document) for document in r.documents],
        "places": list(r.places),
        "household": r.household,
        "relation": str(r.relation) if r.relation else None,
        "protection": sorted(map(str, r.protection)),
        "claims": dict(r.claims),
        "hidden": sorted(map(str, view.hidden)),
    }


def _born_to_json(born: Born) -> dict[str, Any]:
    return {
        "written": born.written,
        "precision": str(born.precision),
        "earliest": born.earliest.isoformat(),
        "latest": born.latest.isoformat(),
    }


def bars_to_json(bars: Iterable[Evidence]) -> list[dict[str, Any]]:
    """The bars of an explanation."""
    return [asdict(bar) for bar in bars]


def question_to_json(question: Question) -> dict[str, Any]:
    """A pair and all that helps to judge it."""
    return {
        "left": record_to_json(question.left),
        "right": record_to_json(question.right),
        "weight": question.weight,
        "band": str(question.band),
        "bars": bars_to_json(question.bars),
        "held_back": list(question.held_back),
        "sentence": question.sentence,
        "value": question.value,
        "stakes": list(question.stakes),
        "is_one_family": question.is_one_family,
        "said": [judgement_to_json(view) for view in question.said],
    }


def judgement_to_json(view: JudgementView) -> dict[str, Any]:
    """A judgement, and whether it counts."""
    j = view.judgement
    return {
        "id": j.id,
        "left": j.left,
        "right": j.right,
        "verdict": str(j.verdict),
        "by": j.by,
        "at": format_instant(j.judged_at),
        "why": j.why,
        "model": j.model,
        "counts": view.counts,
        "waits_for_second": view.waits_for_second,
    }


def stage_to_json(view: StageView) -> dict[str, Any]:
    """How far a request has come."""
    return {
        "person": view.person,
        "stage": str(view.stage),
        "since": format_instant(view.since),
        "received_at": format_instant(view.received_at),
        "sponsors": list(view.sponsors),
        "is_handled": view.is_handled,
    }


def person_to_json(view: PersonView) -> dict[str, Any]:
    """Everything about one person."""
    return {
        "person": view.id,
        "asked": view.asked,
        "redirects": list(view.redirects),
        "records": [record_to_json(record) for record in view.records],
        "shredded": view.shredded,
        "open_questions": [list(pair) for pair in view.open_questions],
        "judgements": [judgement_to_json(j) for j in view.judgements],
        "history": [
            {"at": format_instant(h.at), "by": h.by, "kind": h.kind, "word": h.word, **h.body}
            for h in view.history
        ],
        "stage": stage_to_json(view.stage),
        "whereabouts": None
        if view.whereabouts is None
        else {
            "place": view.whereabouts.place,
            "since": format_instant(view.whereabouts.since),
            "person": view.whereabouts.person,
        },
        "relatives": list(view.relatives),
    }


def hit_to_json(hit: Hit) -> dict[str, Any]:
    """Somebody whom a search found."""
    return {
        "person": hit.person,
        "weight": hit.weight,
        "record": record_to_json(hit.record),
        "bars": bars_to_json(hit.bars),
    }


def intake_to_json(view: IntakeView) -> dict[str, Any]:
    """The intake queue."""
    return {
        "as_of": format_instant(view.as_of),
        "stages": [
            {
                "stage": str(s.stage),
                "count": s.count,
                "oldest_seconds": _seconds(s.oldest),
                "median_seconds": _seconds(s.median),
            }
            for s in view.stages
        ],
        "waiting": [stage_to_json(stage) for stage in view.waiting],
    }


def _seconds(age: timedelta | None) -> int | None:
    return None if age is None else int(age.total_seconds())


def counts_to_json(counts: RegisterCounts) -> dict[str, Any]:
    """The register in figures."""
    return asdict(counts)


def learned_to_json(learned: Learned) -> dict[str, Any]:
    """What a new model learned from people."""
    moved = {name: list(both) for name, both in learned.thresholds.items()}
    return {"judgements": learned.same + learned.not_same, "thresholds": moved}


def learned_lines(learned: Learned) -> list[str]:
    """The same for a person to read."""
    used = learned.same + learned.not_same
    if not used:
        return ["no judgement was used; every threshold is as it was trained"]
    lines = [f"{used:,} judgements used: {learned.same:,} same, {learned.not_same:,} not the same"]
    lines += [
        f"  {_THRESHOLDS[name]}: {before:+g} bits as trained, {after:+g} now"
        for name, (before, after) in learned.thresholds.items()
    ]
    return lines if learned.thresholds else [*lines, "  they agree with every threshold"]


_THRESHOLDS: Final = {
    "automatic": "a machine merges from",
    "automatic_among_kin": "a machine merges without a birth date or a paper from",
    "likely": "a pair is likely from",
    "likely_mean": "two clusters are likely one from a mean of",
}


def record_lines(view: RecordView) -> list[str]:
    """A record for a person to read."""
    r = view.record
    at = ", ".join(f"version {version} line {line}" for version, line in view.rows)
    now = "" if view.is_current else "; not on the newest version"
    lines = [f"{r.id}  {r.list} ({view.sponsor}), {at}{now}"]
    lines += [f"  {name.part}: {name.text}" for name in r.names]
    lines += _facts(r)
    if view.hidden:
        lines.append(f"  not shown to this account: {', '.join(sorted(map(str, view.hidden)))}")
    return lines


def _facts(r: Record) -> list[str]:
    told: Sequence[tuple[str, str]] = (
        ("sex", str(r.sex or "")),
        ("born", f"{r.born.written} ({r.born.precision})" if r.born else ""),
        ("phones", ", ".join(r.phones)),
        ("mail", ", ".join(r.emails)),
        ("documents", ", ".join(f"{d.type} {d.written}" for d in r.documents)),
        ("places", ", ".join(r.places)),
        ("household", r.household),
        ("relation", str(r.relation or "")),
        ("protection", ", ".join(sorted(map(str, r.protection)))),
    )
    return [f"  {what}: {text}" for what, text in told if text]


def question_lines(question: Question) -> list[str]:
    """A question for a person to read: both records, then the bars that add up to the weight."""
    lines = [*record_lines(question.left), *record_lines(question.right)]
    for bar in question.bars:
        mark = ("+" if bar.weight >= 0 else "-") * min(20, round(abs(bar.weight)))
        lines.append(f"  {bar.feature + ' ' + bar.level:32} {bar.weight:+7.2f} {mark}")
    lines.append(f"  {'together':32} {question.weight:+7.2f}")
    lines.append(f"  {question.sentence}")
    if question.stakes:
        lines.append(f"  at stake: {', '.join(question.stakes)}")
    if question.is_one_family:
        lines.append("  one list has both in one family: `same` needs two reviewers")
    return lines


def person_lines(view: PersonView) -> list[str]:
    """A person for a person to read."""
    lines = [f"{view.id}: {len(view.records)} records"]
    if view.asked != view.id:
        lines.append(f"{view.asked} leads here")
    for record in view.records:
        lines += record_lines(record)
    if view.shredded:
        lines.append(f"{view.shredded} records were erased on request")
    if view.whereabouts is not None:
        lines.append(f"at {view.whereabouts.place} since {zulu(view.whereabouts.since)}")
    lines.append(f"request: {view.stage.stage} since {zulu(view.stage.since)}")
    lines += [f"{zulu(h.at)}  {h.kind} {h.word} by {h.by}" for h in view.history]
    if view.open_questions:
        lines.append(f"{len(view.open_questions)} questions about them wait")
    if view.relatives:
        lines.append(f"came in one household with {', '.join(view.relatives)}")
    return lines
