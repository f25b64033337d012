from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from services.kernel.envelope import derived_id


@given(st.uuids(), st.text(max_size=40).filter(lambda text: text.isprintable()))
def test_a_derived_id_is_the_uuid_version_5_of_its_cause_and_name(cause, name):
    assert derived_id(str(cause), name) == str(uuid5(UUID(str(cause)), name))
