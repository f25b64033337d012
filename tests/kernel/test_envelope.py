from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from services.kernel.envelope import SYSTEM, Caller, Delegation, Envelope, derived_id


@given(st.uuids(), st.text(max_size=40).filter(lambda text: text.isprintable()))
def test_a_derived_id_is_the_uuid_version_5_of_its_cause_and_name(cause, name):
    assert derived_id(str(cause), name) == str(uuid5(UUID(str(cause)), name))


@given(st.uuids(), st.text(st.characters(codec="ascii"), max_size=20))
def test_the_same_command_gives_the_same_new_id_again_and_another_command_another(command, name):
    def envelope(id):
        return Envelope(str(id), "", "worker-60", "60", "", "", "", "")

    assert envelope(command).new_id(name) == derived_id(str(command), name)
    assert envelope(command).new_id(name) != envelope(derived_id(str(command), "other")).new_id(name)


def test_a_callers_place_is_that_of_who_delegated_in_their_centres_alone():
    given = (Delegation("60", "director", "director-60"), Delegation("61", "director", "director-61"))
    worker = Caller("worker-60", "worker", ("60", "62"), "", given)
    assert worker.acting_for("60") == "" and worker.standing_in(("worker",)) is None
    in_place = worker.standing_in(("director", "admin"))
    assert (in_place.user, in_place.role, in_place.centres) == ("worker-60", "director", ("60", "61"))
    assert [in_place.acting_for(centre) for centre in ("60", "61", "62")] == [
        "director-60",
        "director-61",
        "",
    ]
    assert not in_place.sees("62")
    assert worker.delegated_centres("director") == ("60", "61") and worker.delegated_centres("admin") == ()


def test_a_caller_sees_its_own_centres_and_the_system_every_one():
    worker = Caller("worker-60", "worker", ("60", "61"))
    assert worker.sees("60") and worker.sees("61") and not worker.sees("62")
    assert SYSTEM.sees("62") and not Caller("nobody", "worker", ()).sees("60")


def test_only_a_partners_user_is_of_a_partner_and_facts_say_that_it_is_one():
    theirs, ours = Caller("lek", "partner", (), "p-1"), Caller("worker-60", "worker", ("60",), "p-1")
    assert (theirs.partner_id, ours.partner_id) == ("p-1", None)
    assert Caller("lek", "partner", ()).partner_id == ""  # of no partner: it finds nothing
    assert (theirs.actor, ours.actor) == ("partner-lek", "worker-60")
    assert Caller("partner-p-1", "partner", (), "p-1").actor == "partner-p-1"
    assert Caller("partner-like", "worker", ("60",)).actor == "partner-like"
