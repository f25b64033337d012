"""The doors of a trial: a draft held against the screenings of before, and against those of open cases.

Nothing but that it was asked for is kept: what comes of it is worked out again of what is stored. Whoever asks for it
lets it go on for some seconds and is told how far it is: no question lasts long, and none needs a process beside.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, RowMapping

from services.codes.access import CASE_READERS
from services.kernel import scope
from services.kernel.doors import Call, command, query
from services.kernel.envelope import ALL_CENTRES, instant, moment
from services.kernel.errors import Invalid
from services.kernel.eventlog import Outcome, Unit
from services.screening import answers, bodies, drafting, ruling, schemas
from services.screening.domain import adoption, rulebook, trial
from services.screening.domain.adoption import Adopted
from services.screening.domain.drafts import DRAFT, TryDraft
from services.screening.domain.trial import Cell, Quick, State
from services.screening.projections import drafts, past, rules
from services.thai import dates

CHUNK = 2000
SECONDS = 2.0  # that one question lets it go on
KEPT = 8  # trials in memory


@dataclass
class Running:
    """A trial as far as it is. `after`: the screening counted last, by case and version."""

    of: int
    before: Quick
    tried: Quick
    since: str | None
    until: str
    centre: str | None
    after: tuple[str, int] = ("", 0)
    done: int = 0
    seconds: float = 0.0
    busy: bool = False
    state: State = field(default_factory=dict)

    @property
    def over(self) -> bool:
        return self.done >= self.of


_running: dict[str, Running] = {}


class Trying(drafting.Drafting):
    @command("rules.draft", roles=drafting.EDITORS, schema=schemas.TryDraft())
    def try_draft(self, call: Call, body: bodies.TryDraft) -> Outcome[answers.NewTrial]:
        draft_id, trial_id = body["draft_id"], call.new_id("trial")
        saved = self.runtime.get_or_pull(lambda db: drafts.get_draft(db, draft_id))
        if rulebook.NAME not in saved.documents:
            raise Invalid({"draft_id": ["Only a rulebook can be tried on the past."]})
        since, until = body["since"], body["until"]
        if since and until and since > until:
            raise Invalid({"to": ["Before from."]})

        def work(unit: Unit) -> answers.NewTrial:
            asked = TryDraft(
                trial_id, draft_id, saved.version, since.isoformat() if since else None,
                until.isoformat() if until else None, body["centre"],
            )  # fmt: skip
            unit.handle(DRAFT, draft_id, asked, call.if_match)
            return {"trial_id": trial_id, "draft_id": draft_id, "version": unit.version(DRAFT, draft_id)}

        return self.runtime.execute(call.envelope(ALL_CENTRES), work)

    @query("rules.read", roles=ruling.RULES_READERS, schema=schemas.OfTrial())
    def trial(self, call: Call, body: bodies.OfTrial) -> answers.Trial:
        row = self.runtime.get_or_pull(lambda db: drafts.get_trial(db, body["trial_id"]))
        with scope.narrow(scope.EVERYTHING):  # of other centres only what is no small number leaves this door
            running = self._running(row)
            self._go_on(running)
        own = call.caller.centres if call.caller.role in CASE_READERS else ()
        return _shown(row, running, own)

    def _running(self, row: RowMapping) -> Running:
        running = _running.get(row["trial_id"])
        if running is None:
            while len(_running) >= KEPT:
                _running.pop(next(iter(_running)))
            running = _running[row["trial_id"]] = self.runtime.read(lambda db: _begin(db, row))
        return running

    def _go_on(self, running: Running) -> None:
        """Some seconds further, unless somebody else is at it."""
        if running.over or running.busy:
            return
        running.busy = True
        try:
            self.runtime.survey(lambda db: _count(db, running, SECONDS))
        finally:
            running.busy = False


def _begin(db: Connection, row: RowMapping) -> Running:
    saved, day = (
        drafts.get_draft(db, row["draft_id"], row["draft_version"]),
        dates.bangkok_day(moment(row["asked_at"])),
    )
    assert saved is not None, "a trial is of a draft that was saved"
    since = instant(dates.utc_span(*2 * (date.fromisoformat(row["since"]),))[0]) if row["since"] else None
    until = (
        instant(dates.utc_span(*2 * (date.fromisoformat(row["until"]),))[1])
        if row["until"]
        else row["asked_at"]
    )
    end = min(until, row["asked_at"])
    # What only comes with the software is held against what counts: held against itself it would change nothing.
    own = [each["rules_version"] for each in rules.list_adopted(db) if each["draft_id"] == saved.draft_id]
    adopted = rules.adopted_of(db, rulebook.NAME)
    counted = {name: each for name, each in adoption.documents(adopted).items() if name not in own}
    base = counted.get(saved.based_on)
    others = Adopted({name: each for name, each in adopted.versions.items() if name not in own})
    before = rulebook.read(base.content) if base else adoption.in_force(others, day)
    tried = rulebook.read(saved.documents[rulebook.NAME])
    of = past.count_past(db, since, end, row["of_centre"])
    return Running(of, Quick(before), Quick(tried), since, end, row["of_centre"])


def _count(db: Connection, running: Running, seconds: float) -> None:
    started = time.monotonic()
    while not running.over:
        pasts, last = past.list_past(db, running.after, CHUNK, running.since, running.until, running.centre)
        trial.tally(running.state, pasts, running.before, running.tried)
        running.done = running.done + len(pasts) if last else running.of
        running.after = last or running.after
        if time.monotonic() - started >= seconds:
            break
    running.seconds += time.monotonic() - started


def _shown(row: RowMapping, running: Running, own: Sequence[str]) -> answers.Trial:
    """For a reader with these centres of their own."""
    mine = trial.part_of(running.state, own, own=True)
    others = trial.part_of(running.state, own, own=False)
    whole, few = trial.sum_for([of["all"] for of in mine], [of["all"] for of in others])
    opened, few_open = trial.parts_for(_standing(mine), _standing(others))["open"]
    of_centre = {centre: [of["all"]] for centre, of in running.state.items()}
    ours = {centre: cells for centre, cells in of_centre.items() if centre in own}
    by = {"centre": _cells(ours, {each: of_centre[each] for each in of_centre if each not in ours})}
    for kind in trial.KINDS:
        by[kind] = _cells(_of(mine, kind), _of(others, kind))
    findings = sorted({name for of in running.state.values() for name in of["reviewed"]})
    reviewed = _reviewed(mine, others, findings)
    return {
        "trial_id": row["trial_id"],
        "draft_id": row["draft_id"],
        "asked_at": row["asked_at"],
        "over": running.over,
        "done": running.done,
        "of": whole["of"] if running.over else running.of,
        "changed": whole["changed"],
        "gained": whole["gained"],
        "lost": whole["lost"],
        "first_path": whole["first_path"],
        "few": few,
        "by": by,
        "decided": _decided(mine, others),
        "reviewed": {name: count for name, count in reviewed.items() if count},
        "open": _cell(opened, few_open),
        "cases": [
            {
                "case_id": each["case_id"], "screening_id": each["screening_id"], "centre": each["centre"],
                "gained": each["gained"], "lost": each["lost"], "before": each["before"], "after": each["after"],
                "decided": each["decided"], "open": each["open"],
            }
            for of in mine
            for each in of["cases"]
        ],
        "seconds": round(running.seconds, 3),
    }  # fmt: skip


def _of(parts: Sequence[trial.OfCentre], kind: str) -> dict[str, list[Cell]]:
    values = {value for of in parts for value in of["by"][kind]}
    return {value: [of["by"][kind][value] for of in parts if value in of["by"][kind]] for value in values}


def _standing(parts: Sequence[trial.OfCentre]) -> dict[str, list[Cell]]:
    return {"open": [of["open"] for of in parts], "closed": [trial.closed_of(of) for of in parts]}


def _cells(
    mine: Mapping[str, Sequence[Cell]], others: Mapping[str, Sequence[Cell]]
) -> dict[str, answers.TrialCell]:
    """Without those of which nothing is told."""
    found = trial.parts_for(mine, others)
    return {value: _cell(*each) for value, each in found.items() if each.cell["of"]}


def _cell(cell: Cell, few: bool) -> answers.TrialCell:
    return {
        "of": cell["of"], "changed": cell["changed"], "gained": cell["gained"], "lost": cell["lost"],
        "first_path": cell["first_path"], "few": few,
    }  # fmt: skip


def _decided(mine: Sequence[trial.OfCentre], others: Sequence[trial.OfCentre]) -> dict[str, int]:
    """Each of those whose first path changes is of one of these."""
    names = ("as_before", "as_after", "other", "none")
    more = {name: sum(of["decided"].get(name, 0) for of in others) for name in names}
    out = trial.left_out(more)
    return {
        name: sum(of["decided"].get(name, 0) for of in mine) + (0 if name in out else more[name])
        for name in names
    }


def _reviewed(
    mine: Sequence[trial.OfCentre], others: Sequence[trial.OfCentre], names: Iterable[str]
) -> dict[str, int]:
    """A review may find several things."""
    found: dict[str, int] = {}
    for name in names:
        own, more = (sum(of["reviewed"].get(name, 0) for of in centres) for centres in (mine, others))
        found[name] = own + (more if more >= trial.FEW else 0)
    return found
