"""The standing link of a partner: made, replaced and revoked by who keeps it."""

import pytest

from services.kernel.errors import Forbidden, NotFound
from services.partners.domain.registry import PARTNER, MakeLink, RetirePartner, RevokeLink
from services.partners.events import PartnerRegistered, PartnerRetired, StandingLinkMade, StandingLinkRevoked
from tests.partners.samples import PARTNER as ID
from tests.partners.test_service import NEIGHBOUR, net, register  # noqa: F401 (fixture)
from tests.spec import Spec

KNOWN = PartnerRegistered(ID, "มูลนิธิ", "foundation", False, "60", None, {})
MADE, NEWER = StandingLinkMade(ID, "1"), StandingLinkMade(ID, "2")


def test_a_link_is_made_once_replaced_and_revoked_once():
    Spec(PARTNER).given().when(MakeLink("1")).refused("unknown_partner")
    Spec(PARTNER).given(KNOWN).when(MakeLink("1")).then(MADE)
    Spec(PARTNER).given(KNOWN, MADE).when(MakeLink("1")).then()
    Spec(PARTNER).given(KNOWN, MADE).when(MakeLink("2")).then(NEWER)
    Spec(PARTNER).given(KNOWN).when(RevokeLink()).then()
    gone = StandingLinkRevoked(ID, "2", "หาย")
    Spec(PARTNER).given(KNOWN, MADE, NEWER).when(RevokeLink("หาย")).then(gone)
    Spec(PARTNER).given(KNOWN, MADE, NEWER, gone).when(RevokeLink("หาย")).then()
    Spec(PARTNER).given(KNOWN, MADE).when(RetirePartner("ปิด")).then(PartnerRetired(ID, "ปิด"))
    Spec(PARTNER).given(KNOWN, PartnerRetired(ID, "ปิด")).when(MakeLink("1")).refused("retired")


def test_who_made_and_who_revoked_it_is_known_and_the_last_one_works(net):  # noqa: F811
    partner = {"partner_id": register(net)}

    def known(**who):
        return net.call("partners", "standing_link", partner, **who)

    assert set(known().values()) == {None}
    net.call("partners", "make_link", partner)
    first = known()
    net.call("partners", "make_link", partner)
    second = known()
    assert first["link_id"] != second["link_id"] and second["made_by"] == "worker-60"
    net.call("partners", "revoke_link", {**partner, "reason": "หาย"})
    assert (known()["link_id"], known()["revoked_by"]) == (None, "worker-60")
    for door in ("make_link", "revoke_link"):
        with pytest.raises(Forbidden):
            net.call("partners", door, partner, **NEIGHBOUR)
    own = {"user": "p", "role": "partner", "centres": (), "partner": partner["partner_id"]}
    assert known(**own)["link_id"] is None
    with pytest.raises(Forbidden):
        known(**{**own, "partner": ID})
    with pytest.raises(NotFound):
        net.call("partners", "standing_link", {"partner_id": ID})
    said = [each["action"] for each in net.call("partners", "history", partner)["items"]]
    assert said == ["unlink", "link", "link"]
