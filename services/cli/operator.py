"""What an operator asks of a system: the same, and answered the same, whether it runs or stands still.

What changes something is done by whoever holds the data folder: the running system, over its admin HTTP API, or this
process under the folder's lock. What only reads opens the databases itself, beside whoever writes: a check that trusts
nothing but the stored bytes must not ask the system it checks, nor keep it from its work.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import requests
from marshmallow import Schema, ValidationError

from services.cli.folder import LOGGED, master_key, owning, running, runtimes
from services.cli.group import Failed
from services.kernel import access, anchor, tampering
from services.kernel.doors import SkipBody, flat
from services.kernel.envelope import ALL_CENTRES, instant
from services.kernel.errors import Invalid, NotFound, Refused
from services.kernel.keys import Keyring
from services.kernel.lists import LIMIT_MOST
from services.kernel.questions import Body
from services.kernel.rebuild import Progress
from services.kernel.runtime import ServiceRuntime, utc_now
from services.kernel.settings import Settings
from services.kernel.sizes import Size, sizes
from services.kernel.status import Status
from services.kernel.tokens import OPERATOR, Tokens
from services.partners.answers import Imported, Partner, Partners

Exchange = Callable[[Body, bool], Imported]  # a part of a file, and whether it is only tried
ANSWER_SECONDS = 3600  # a rebuild of a great log takes long


@dataclass(frozen=True)
class Checked:
    """A log: its last position, sentences about what is wrong, and about what cannot be said."""

    head: int
    problems: Sequence[str]
    notes: Sequence[str]


class Operator(ABC):
    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def status(self) -> list[Status]:
        """Of each service; `behind` counts from the source's log as it is now."""
        with runtimes(self.settings, LOGGED) as opened:
            rows = [runtime.status() for runtime in opened.values()]
        heads = {row["service"]: row["sequence"] for row in rows}
        for row in rows:
            for subscription in row["subscriptions"]:
                subscription["behind"] = heads[subscription["source"]] - subscription["cursor"]
        return rows

    def messages(self) -> dict[str, int]:
        """Messages to people that wait, and those that stopped: {state: how many}."""
        from services.web.store import messages

        with runtimes(self.settings, ["web"]) as opened:
            return opened["web"].read(messages.count_unsent)

    def sizes(self) -> dict[str, list[Size]]:
        """{service: its tables, the largest first}."""
        with runtimes(self.settings) as opened:
            return {name: sizes(runtime.database) for name, runtime in opened.items()}

    def verify(self, anchored: str | None = None) -> dict[str, Checked]:
        """Every log by itself, then held against what its followers keep of it, and against anchors. Where the master
        key is not, all but the macs."""
        keyed = self.settings.master_key_file.exists()
        with runtimes(self.settings, LOGGED, keyed=keyed) as opened:
            logs = {name: runtime.log for name, runtime in opened.items()}
            found = {name: runtime.check() for name, runtime in opened.items()}
            for follower in opened.values():
                for source in follower.wiring.hears:
                    found[source].problems += tampering.followed(logs[source], follower.log)
            keys = self._anchor_keys() if keyed else None
            for sentence in anchor.check(anchored, logs, keys) if anchored is not None else ():
                found[sentence.partition(":")[0]].problems.append(sentence)
            return {
                name: Checked(logs[name].head()[0], each.problems, each.notes) for name, each in found.items()
            }

    def anchor(self) -> str:
        with runtimes(self.settings, LOGGED) as opened:
            return anchor.anchor((rt.log for rt in opened.values()), self._anchor_keys(), utc_now())

    def _anchor_keys(self) -> Keyring:
        return anchor.keyring(master_key(self.settings), self.settings.key_generation)

    def readers(self, person_id: str) -> list[access.Access]:
        """Who read personal fields of one person, oldest first."""
        with runtimes(self.settings, LOGGED) as opened:
            return sorted(
                row
                for runtime in opened.values()
                for row in runtime.read(lambda db: access.of_person(db, person_id))
            )

    def partners(self) -> list[Partner]:
        """The whole registry that is not retired."""
        from services.partners.projections import partners
        from services.partners.projections.choosing import Chosen, cutoffs

        def page(cursor: str | None) -> Partners:
            return runtime.read(
                lambda db: partners.list_partners(db, Chosen(cutoffs(utc_now())), LIMIT_MOST, cursor)
            )

        with runtimes(self.settings, ["partners"]) as opened:
            runtime = opened["partners"]
            answer = page(None)
            found = [*answer["items"]]
            while answer["next"] is not None:
                answer = page(answer["next"])
                found += answer["items"]
            return found

    @abstractmethod
    def exchange(self) -> AbstractContextManager[Exchange]:
        """How parts of a file of partners are sent to the registry."""

    @abstractmethod
    def rebuild(self, service: str, projection: str, report: Progress) -> int:
        """Make one read model anew; how many facts it is of."""

    @abstractmethod
    def retry(self, event_id: str | None) -> Mapping[str, Mapping[str, int]]:
        """Handle parked events again: all, or the stream of one. {service: {released, parked}}."""

    @abstractmethod
    def skip(self, event_id: str, reason: str) -> Mapping[str, Mapping[str, int]]:
        """Give up an event for good wherever it is parked. {service: {released, parked}}; Failed where it is not."""

    @abstractmethod
    def resume(self, service: str) -> Sequence[str]:
        """Follow again the logs at which a service has halted: their names."""

    @abstractmethod
    def add_user(
        self, user: str, role: str, centres: Sequence[str], partner_id: str | None, person: Mapping[str, str]
    ) -> None:
        """Add an account, or give an existing one this role, these centres and this partner; `person`: title, name,
        position and phone, as far as they are said."""

    @abstractmethod
    def describe_user(self, user: str, person: Mapping[str, str]) -> None:
        """Say who an account's user is."""

    @abstractmethod
    def give_password(self, user: str) -> str:
        """A new password, which its user must change at the first sign-in."""

    @abstractmethod
    def take_off_second_factor(self, user: str) -> None: ...


def operator(settings: Settings) -> Operator:
    address = running(settings)
    return OfRunning(settings, address) if address else OfStopped(settings)


class OfRunning(Operator):
    """Asks the admin HTTP API of the system that runs in the folder."""

    def __init__(self, settings: Settings, address: str) -> None:
        super().__init__(settings)
        self._address = address

    @contextmanager
    def exchange(self) -> Iterator[Exchange]:
        def send(part: Body, dry: bool) -> Imported:
            said: Imported = self._post("import/check" if dry else "import", part)
            return said

        yield send

    def rebuild(self, service: str, projection: str, report: Progress) -> int:
        return int(self._post("rebuild", {"service": service, "projection": projection})[projection])

    def retry(self, event_id: str | None) -> Mapping[str, Mapping[str, int]]:
        counts: Mapping[str, Mapping[str, int]] = self._post("retry", {"event_id": event_id})
        return counts

    def skip(self, event_id: str, reason: str) -> Mapping[str, Mapping[str, int]]:
        said = {"event_id": event_id, "reason": reason}
        counts: Mapping[str, Mapping[str, int]] = self._post("skip", said, missing=_not_parked(event_id))
        return counts

    def resume(self, service: str) -> Sequence[str]:
        sources: Sequence[str] = self._post("resume", {"service": service})["resumed"]
        return sources

    def add_user(
        self, user: str, role: str, centres: Sequence[str], partner_id: str | None, person: Mapping[str, str]
    ) -> None:
        account = {"user": user, "role": role, "centres": [*centres], "partner_id": partner_id, **person}
        self._post("users", account)

    def describe_user(self, user: str, person: Mapping[str, str]) -> None:
        self._of_user(user, "person", person)

    def give_password(self, user: str) -> str:
        return str(self._of_user(user, "password")["password"])

    def take_off_second_factor(self, user: str) -> None:
        self._of_user(user, "second-factor/off")

    def _of_user(self, user: str, path: str, body: Mapping[str, str] | None = None) -> Any:
        return self._post(f"users/{quote(user, safe='')}/{path}", body, missing=_no_user(user))

    def _post(self, path: str, body: Mapping[str, Any] | None = None, missing: str | None = None) -> Any:
        """The answer; Failed with what the system says instead, `missing` where it knows no such thing."""
        token = Tokens(master_key(self.settings)).issue(OPERATOR)
        try:
            answer = requests.post(
                f"{self._address}/api/v1/admin/{path}",
                json=body,
                headers={"Authorization": f"Bearer {token}"},
                timeout=ANSWER_SECONDS,
            )
        except requests.RequestException as error:
            raise Failed(
                f"The system at {self._address} does not answer ({type(error).__name__})."
            ) from error
        if answer.ok:
            return answer.json()
        if answer.status_code == 404 and missing:
            raise Failed(missing)
        problem = answer.json()
        if problem.get("errors"):
            raise Failed(_invalid(problem["errors"]))
        raise Failed(problem.get("detail", answer.reason))


class OfStopped(Operator):
    """Takes the folder's lock and does it here."""

    @contextmanager
    def exchange(self) -> Iterator[Exchange]:
        from services.partners.service import PartnersService

        with self._holding("partners") as runtime:
            service = PartnersService()
            service.runtime = runtime

            def send(part: Body, dry: bool) -> Imported:
                door = service.check_import if dry else service.import_partners
                id = str(uuid4())
                caller = {"user": OPERATOR.user, "role": OPERATOR.role, "centres": [ALL_CENTRES]}
                try:
                    return door({"caller": caller, "id": id}, part)["answer"]
                except Invalid as invalid:
                    raise Failed(_invalid(invalid.errors)) from None

            yield send

    def rebuild(self, service: str, projection: str, report: Progress) -> int:
        with self._holding(service) as runtime:
            return runtime.rebuild(projection, report)[projection]

    def retry(self, event_id: str | None) -> Mapping[str, Mapping[str, int]]:
        with owning(self.settings), runtimes(self.settings, LOGGED) as opened:
            return {name: runtime.inbox.retry(event_id) for name, runtime in opened.items()}

    def skip(self, event_id: str, reason: str) -> Mapping[str, Mapping[str, int]]:
        said = _loaded(SkipBody(), {"event_id": event_id, "reason": reason})
        counts = {}
        with owning(self.settings), runtimes(self.settings, LOGGED) as opened:
            for name, runtime in opened.items():
                try:
                    counts[name] = runtime.inbox.skip(said["event_id"], OPERATOR.user, said["reason"])
                except NotFound:
                    continue
                except Refused as refusal:
                    raise Failed(refusal.message) from refusal
        if not counts:
            raise Failed(_not_parked(event_id))
        return counts

    def resume(self, service: str) -> Sequence[str]:
        with self._holding(service) as runtime:
            return runtime.inbox.resume()

    def add_user(
        self, user: str, role: str, centres: Sequence[str], partner_id: str | None, person: Mapping[str, str]
    ) -> None:
        from services.web.identity import accounts, people
        from services.web.identity.schemas import AddUser, person_of, rights_of

        told = {"user": user, "role": role, "centres": [*centres], "partner_id": partner_id, **person}
        account = _loaded(AddUser(), told)
        with self._holding("web", new=True) as web:
            web.prepare()
            with web.database.write() as db:
                known = accounts.find(db, user)
                now = instant(utc_now())
                accounts.add(db, **rights_of(account), now=now)
                accounts.note_change(db, now, OPERATOR.user, user, "changed" if known else "made", known)
                people.describe(web, db, user, person_of(account))

    def describe_user(self, user: str, person: Mapping[str, str]) -> None:
        from services.web.identity import people
        from services.web.identity.schemas import Details, person_of

        said = _loaded(Details(), person)
        with self._holding_account(user) as web, web.database.write() as db:
            people.keep(web, db, user, person_of(said))

    def give_password(self, user: str) -> str:
        from services.web.identity import passwords

        with self._holding_account(user) as web:
            return passwords.give(web, user, by=OPERATOR.user)

    def take_off_second_factor(self, user: str) -> None:
        from services.web.identity import second_factor

        with self._holding_account(user) as web:
            second_factor.take_off(web, user, by=OPERATOR.user)

    @contextmanager
    def _holding(self, service: str, new: bool = False) -> Iterator[ServiceRuntime]:
        with owning(self.settings), runtimes(self.settings, [service], new=new) as opened:
            yield opened[service]

    @contextmanager
    def _holding_account(self, user: str) -> Iterator[ServiceRuntime]:
        """The front door's runtime, where `user` is somebody; Failed otherwise."""
        from services.web.identity import accounts

        with self._holding("web") as web:
            web.prepare()
            if web.read(lambda db: accounts.find(db, user)) is None:
                raise Failed(_no_user(user))
            yield web


def _not_parked(event_id: str) -> str:
    return f"No event {event_id} is parked."


def _no_user(user: str) -> str:
    return f"There is no user {user}."


def _loaded(schema: Schema, value: Any) -> Any:
    try:
        return schema.load(value)
    except ValidationError as error:
        raise Failed(_invalid(flat(error.messages))) from None


def _invalid(errors: Mapping[str, Sequence[str]]) -> str:
    sentences = (f"{field}: {' '.join(messages)}" for field, messages in errors.items())
    return f"Some fields are not valid. {'; '.join(sentences)}"
