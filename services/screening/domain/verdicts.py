"""What each condition of a rulebook comes to for one person, worked out once; and for the same person with one answer
more, where only what looks at that answer is weighed anew. Pure."""

from collections.abc import Callable

from services.kernel.questions import Body, Json
from services.kernel.rules import MET, NOT_MET, Condition, Result, Verdict, evaluate
from services.screening.domain.rulebook import Rulebook

Weigh = Callable[[Condition | None], Verdict]  # what a condition comes to for somebody; of none: met


class Verdicts:
    """`facts`: the normalised replies with what follows from them (`added`). `before`: of the same person but for the
    reply to `fact`."""

    def __init__(
        self, book: Rulebook, replies: Body, before: "Verdicts | None" = None, fact: str = ""
    ) -> None:
        self.book, self.replies, self.before = book, replies, before
        self.results: dict[int, Result] = {}
        self.changed = {fact}
        self.facts = replies
        self.added = follows(book, replies, self.weigh)
        self.facts = {**self.added, **replies}
        if before is not None:
            self.changed |= {name for name, _ in self.added.items() ^ before.added.items()}

    def with_reply(self, fact: str, value: Json) -> "Verdicts":
        return Verdicts(self.book, {**self.replies, fact: value}, self, fact)

    def of(self, condition: Condition) -> Result:
        """Of a condition of this rulebook, which lives as long as this."""
        at = id(condition)
        result = self.results.get(at)
        if result is None:
            if self.before is not None and self.changed.isdisjoint(self.book.looked_at[at]):
                result = self.before.of(condition)
            else:
                result = evaluate(condition, self.facts)
            self.results[at] = result
        return result

    def weigh(self, condition: Condition | None) -> Verdict:
        return MET if condition is None else self.of(condition).verdict


def follows(book: Rulebook, replies: Body, weigh: Weigh) -> dict[str, bool]:
    """The answers nobody needs to ask for, because the question cannot apply."""
    return {
        each.fact: each.otherwise
        for each in book.applies
        if each.fact not in replies and weigh(each.condition) == NOT_MET
    }
