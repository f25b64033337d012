from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from services.kernel.envelope import Envelope, derived_id


@given(st.uuids(), st.text(max_size=40).filter(lambda text: text.isprintable()))
def test_a_derived_id_is_the_uuid_version_5_of_its_cause_and_name(cause, name):
    assert derived_id(str(cause), name) == str(uuid5(UUID(str(cause)), name))


@given(st.uuids(), st.text(st.characters(codec="ascii"), max_size=20))
def test_the_same_command_gives_the_same_new_id_again_and_another_command_another(command, name):
    def envelope(id):
        return Envelope(str(id), "", "worker-60", "60", "", "", "", "")

    assert envelope(command).new_id(name) == derived_id(str(command), name)
    assert envelope(command).new_id(name) != envelope(derived_id(str(command), "other")).new_id(name)
