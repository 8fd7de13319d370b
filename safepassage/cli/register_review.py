"""Who is the same: `register match`, `review`, `judge` and `undo`."""

from __future__ import annotations

from typing import Annotated

import typer

from safepassage.cli.app import EXIT_FOUND
from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption
from safepassage.cli.output import parts_progress, print_json
from safepassage.cli.register_plain import (
    counts_to_json,
    learned_lines,
    learned_to_json,
    question_lines,
    question_to_json,
)
from safepassage.cli.unlocked import AsOption, KeyFileOption, Unlocked, unlocked
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import RecordId
from safepassage.register.judgement import Verdict
from safepassage.registrar.views import Judged, Question

_WORDS = {
    "s": Verdict.SAME,
    "n": Verdict.NOT_SAME,
    "u": Verdict.UNSURE,
}
VERDICTS = (Verdict.SAME, Verdict.NOT_SAME, Verdict.UNSURE)


def match(
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Link everything anew instead of what is new.")
    ] = False,
    learn: Annotated[
        bool,
        typer.Option(
            "--learn",
            help="Learn a new model from records and judgements, freeze it, and rebuild under it.",
        ),
    ] = False,
    records_only: Annotated[
        bool,
        typer.Option("--records-only", help="With --learn: thresholds stay as trained."),
    ] = False,
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Link records that wait, or everything anew. With the same model, records and judgements a
    rebuild changes nothing. A new model can move people between persons: learn one before an
    operation or at a quiet hour, never in passing.

    --learn trains weights on the records and moves thresholds by what people judged: to accept what
    they call the same, never to let a machine merge more alone. It says what moved. On lists
    without families this has cost more than it gained: --records-only leaves thresholds alone.

    Examples:

      safepassage register match

      safepassage register match --rebuild

      safepassage register match --learn
    """
    if records_only and not learn:
        raise BadQuestionError("--records-only says how to learn: give it together with --learn")
    with unlocked(store, key_file, account, writer=True) as at, parts_progress() as tell:
        registrar = at.registrar
        if learn:
            learned = registrar.learn(at.viewer, tell, from_people=not records_only)
            counts = learned.counts
        else:
            work = registrar.rebuild if rebuild else registrar.link_waiting
            learned, counts = None, work(at.viewer, tell)
    if json:
        print_json(counts_to_json(counts) | (learned_to_json(learned) if learned else {}))
        return
    for line in learned_lines(learned) if learned else ():
        typer.echo(line)
    least, most = counts.persons_at_least, counts.persons_at_most
    persons = f"{most:,}" if least == most else f"{least:,} to {most:,}"
    typer.echo(f"{counts.records:,} records of {persons} persons; model {counts.model}")
    typer.echo(f"{counts.questions:,} questions wait: safepassage register review")


def check(
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Count and open everything again: rows against records and quarantine, keys, persons, and the
    chain of decisions. Exit code 1: something is wrong.

    Example:  safepassage register check
    """
    with unlocked(store, key_file, account) as at, parts_progress() as tell:
        found = at.registrar.check(at.viewer, tell)
    if json:
        print_json(found)
    else:
        for sentence in found or ["nothing is wrong"]:
            typer.echo(sentence)
    if found:
        raise typer.Exit(EXIT_FOUND)


def review(
    limit: Annotated[int, typer.Option(help="How many questions to show with --json.")] = 1,
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Answer the questions that wait, the one on which most depends first: s same, n not the same,
    u unsure, z undo, q stop. Each shows two people, and is written to the audit chain.

    Example:  safepassage register review --as registrar-1
    """
    with unlocked(store, key_file, account, writer=not json) as at:
        with at.store.ledger() as ledger:
            if json:
                queue = at.registrar.queue(at.viewer, ledger, limit)
                shown = [question_to_json(question) for question in queue.questions]
                print_json({"waiting": queue.waiting, "questions": shown})
                return
        _ask_in_turn(at)


def _ask_in_turn(at: Unlocked) -> None:
    while True:
        with at.store.ledger() as ledger:
            queue = at.registrar.queue(at.viewer, ledger)
        if not queue.questions:
            typer.echo("nothing waits for you")
            return
        typer.echo(f"\n{queue.waiting:,} wait")
        if not _ask(at, queue.questions[0]):
            return


def _ask(at: Unlocked, question: Question) -> bool:
    """Put one question; whether to go on."""
    for line in question_lines(question):
        typer.echo(line)
    answer = typer.prompt("same (s), not the same (n), unsure (u), undo (z), stop (q)", err=True)
    if answer == "z":
        _say(at.registrar.undo(at.viewer))
    elif answer in _WORDS:
        why = typer.prompt("why", err=True)
        _say(at.registrar.judge(at.viewer, question.pair, _WORDS[answer], why))
    return bool(answer != "q")


def judge(
    left: Annotated[str, typer.Argument(help="A record's id.")],
    right: Annotated[str, typer.Argument(help="Another record's id.")],
    verdict: Annotated[str, typer.Argument(help="same, not-same or unsure.")],
    why: Annotated[str, typer.Option(help="The reason; it is sealed like a record.")],
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Record that two records are of one person, are not, or that nobody can tell.

    Example:  safepassage register judge r-1f0c r-9ab2 not-same --why "twins, seen both"
    """
    if verdict not in VERDICTS:
        raise BadQuestionError(f"{verdict!r} is no verdict: same, not-same or unsure")
    pair = (RecordId(left), RecordId(right))
    with unlocked(store, key_file, account, writer=True) as at:
        judged = at.registrar.judge(at.viewer, pair, Verdict(verdict), why)
    _answer(judged, json=json)


def undo(
    judgement: Annotated[
        str | None, typer.Argument(help="Its id; your last one if left out.")
    ] = None,
    why: Annotated[str, typer.Option(help="The reason.")] = "undone",
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Take one judgement back; what stood before it stands again, and every id is as it was.

    Example:  safepassage register undo
    """
    with unlocked(store, key_file, account, writer=True) as at:
        judged = at.registrar.undo(at.viewer, judgement, why)
    _answer(judged, json=json)


def _answer(judged: Judged, *, json: bool) -> None:
    if not json:
        _say(judged)
        return
    told = {
        "judgement": judged.judgement.id,
        "verdict": str(judged.verdict),
        "counts": judged.counts,
        "persons": list(judged.persons),
    }
    print_json(told)


def _say(judged: Judged) -> None:
    persons = " and ".join(judged.persons)
    what = "one person" if len(judged.persons) == 1 else "two persons"
    typer.echo(f"{judged.judgement.id}: {judged.verdict}; they are {what} now: {persons}")
    if not judged.counts:
        typer.echo("it counts when a second reviewer says the same")
