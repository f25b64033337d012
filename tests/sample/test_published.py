"""The registry of the sample network as everybody reads it, and its referrals as other systems do."""

from services.web.formats import hsds as hsds_out
from services.web.formats import shapes
from services.web.formats.fhir import bundles, people, registry, tasks
from services.web.formats.fhir.terms import TASK_STATUS
from tests.sample.test_sample import of
from tests.support import fhir, hsds


def test_everything_that_the_registry_says_in_hsds_is_valid_by_the_schemas_of_the_standard(net):
    """Whole and as lists say it; where the standard's schemas are not at hand, our own alone hold it."""

    def pages(door):
        after = None
        while True:
            body = {"limit": 500, "after": after}
            items = net.call("partners", door, body, user="strangers", role="system", centres=())["items"]
            yield from items
            if len(items) < 500:
                return
            after = (items[-1].get("programme") or items[-1]["partner"])[
                "programme_id" if "programme" in items[-1] else "partner_id"
            ]

    said = {"service": [], "service_at_location": [], "organization": []}
    for each in pages("published_programmes"):
        told = each["partner"], each["programme"], each["modified"]
        said["service"] += [make(*told) for make in (hsds_out.service, hsds_out.service_in_list)]
        makers = (hsds_out.service_at_location, hsds_out.service_at_location_in_list)
        said["service_at_location"] += [make(*told) for make in makers]
    for each in pages("published_partners"):
        offered = [
            hsds_out.service(
                each["partner"], programme, each["programmes_modified"][programme["programme_id"]]
            )
            for programme in each["partner"]["programmes"]
        ]
        said["organization"] += [
            hsds_out.organization(each["partner"], offered), hsds_out.organization_alone(each["partner"]),
        ]  # fmt: skip
    assert len(said["organization"]) == 2 * len(of(net, "partners", "PartnerRegistered"))
    assert len(said["service"]) == 2 * len(of(net, "partners", "ProgrammeOffered"))
    for name, things in said.items():
        wrong = {
            fault for thing in things for fault in (*hsds.faults(name, thing), *shapes.problems(name, thing))
        }
        assert not wrong, name


def test_every_referral_in_each_of_its_versions_is_valid_fhir_with_the_codes_of_the_standard(net):
    staff = {"user": "worker-60", "role": "worker", "centres": ("*",)}
    records, cursor = [], None
    while True:
        page = net.call("referral", "records", {"limit": 500, "cursor": cursor}, **staff)
        records, cursor = records + page["items"], page["next"]
        if cursor is None:
            break
    assert len(records) == page["total"] == len(of(net, "referral", "ReferralSent"))
    made = [bundles.history("https://example.org/fhir", each) for each in records]
    made += [tasks.request(each) for each in records]
    for each in records:
        told = net.call("referral", "disclosable", {"referral_id": each["referral_id"]}, **staff)
        made.append(people.patient(each["referral_id"], told))
    seen = {entry["resource"]["status"] for bundle in made if "entry" in bundle for entry in bundle["entry"]}
    assert seen >= {*TASK_STATUS.values()} - {"entered-in-error"}
    assert len({each["resourceType"] for each in made}) == 3
    fhir.is_valid(*made)


def test_every_partner_and_programme_is_valid_fhir(net):
    asked = {"user": "strangers", "role": "system", "centres": ()}
    partners = net.call("partners", "published_partners", {"limit": 500}, **asked)["items"]
    offered = net.call("partners", "published_programmes", {"limit": 500}, **asked)["items"]
    made = [registry.organization(each["partner"], each["modified"]) for each in partners]
    made += [registry.service(each["partner"], each["programme"], each["modified"]) for each in offered]
    assert any("availableTime" in each for each in made) and len(made) > 50
    fhir.is_valid(*made)
