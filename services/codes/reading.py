"""What others than a centre's own staff read: by role every address that answers them, and the fields of its answer.
Data only.

An address that does not stand here answers none of these roles, and no role another centre's case. The staff of a
case's own centre read whole answers. A field is named by its way through the answer, `[]` for each of a list; `**` is
all that is below: of programmes and of figures, which are no person's, and of what another table describes (the data of
events: services/reporting/audiences.json). PAGE is a page or a file: what it shows of people are the same fields.
"""

from collections.abc import Mapping

Fields = tuple[str, ...]
PAGE: Fields = ()


def _each(*fields: str) -> Fields:
    """Of each item of a list that is read page by page."""
    return (*(f"items[].{field}" for field in fields), "items[]", "next")


CASE: Fields = ("case_id", "case_number", "centre", "status", "opened", "version")
DESCRIBED: Fields = (
    "channel", "danger", "person.person_id", "person.identity_status", "person.sex", "person.age", "person.age_band",
    "person.nationality", "person.domicile[].**", "person.domicile[]", "person.province", "person.corrected",
    "person.died", "may.**", "may[]", "may[].**",
)  # fmt: skip
OUTLINE: Fields = (*CASE, "path_kind")
REFERRAL: Fields = (
    "referral_id", "case_id", "programme_id", "partner_id", "centre", "plan_id", "path", "kind", "outside_ministry",
    "waitlist", "status", "place", "told", "tell_due", "answer_due", "final_at", "in_review", "follow_up_due",
    "in_place", "sent_at", "placed_at", "version", "deadlines[]", "deadlines[].**", "may.**", "may[]", "may[].**",
)  # fmt: skip
REFERRAL_OUTLINE: Fields = (
    "referral_id", "case_id", "centre", "status", "place", "outside_ministry", "sent_at", "answer_due", "version",
    "path_kind",
)  # fmt: skip
STEP_OUTLINE: Fields = ("type", "time", "recordedtime", "actor", "status")
# A partner reads when what happened, and its own answers; not why the centre or the system ended a referral, not what a
# follow-up found, nor what the centre was told by others.
STEP_OF_PARTNER: Fields = (
    *STEP_OUTLINE, "by_channel", "how", "answer_due", "final_at", "in_review", "asks", "no_more_places", "facts",
    "basis", "brought_by", "arrives_on",
)  # fmt: skip
ANSWER_OF_PARTNER: Fields = ("reason", "whose")  # of a no, which is the partner's own
STEP: Fields = (
    *STEP_OF_PARTNER, *ANSWER_OF_PARTNER, "plan_id", "path", "kind", "under_ministry", "outside_ministry", "consent",
    "waitlist", "was", "days", "in_place", "work", "work.**", "outcome", "tell_due", "release_due", "answers",
    "closes", "found", "health", "in_time", "follow_ups[]", "follow_ups[].**", "deadlines[]", "deadlines[].**",
    "deadline", "due", "to_role", "to_user", "cost_baht", "passed_over", "passed_for",
)  # fmt: skip
CONSENT: Fields = (
    "consent_id", "kind", "status", "how", "at", "by", "referral_ids[]", "withdrawn_at", "withdrawn_by",
)  # fmt: skip
EVENT: Fields = ("head", *_each(
    "id", "source", "type", "subject", "time", "recordedtime", "datacontenttype", "specversion", "sequence", "streamid",
    "streamversion", "caseid", "partnerid", "centre", "actor", "correlationid", "causationid", "dataversion", "hash",
    "sealedhash", "data.**", "position",
))  # fmt: skip
MEETING_OUTLINE: Fields = ("meeting_id", "centre", "at", "status", "cases", "decided", "version")
MEETING: Fields = (
    *MEETING_OUTLINE, "called_by", "closed_at", "place", "members[]", "members[].**", "agenda[]", "agenda[].**",
    "elsewhere[]", "quorum.**",
)  # fmt: skip
WORK: Fields = (
    *_each(
        "case_id", "case_number", "centre", "next", "standing", "since", "due", "lapses", "escalated_to",
        "owner", "from_user", "flags[]",
        "because[]", "part", "referral_id", "programme_id", "proposes", "tasks_due", "reassess", "called[]",
        "called[].at", "called[].by",
    ),
    "counts.**",
)  # fmt: skip
STAY: Fields = _each(
    "stay_id", "case_id", "programme_id", "partner_id", "centre", "status", "first", "until", "ended_at", "reason",
    "version",
)  # fmt: skip
ALL: Fields = ("**",)
WEBHOOKS: Mapping[str, Fields] = {
    "/api/v1/webhooks": ("items[]", "items[].**"),
    "/webhooks": PAGE,
}  # one's own


def _under(name: str, fields: Fields) -> Fields:
    return (f"{name}[]", *(f"{name}[].{field}" for field in fields))


def _history(fields: Fields) -> Fields:
    return (*_under("history", fields), "history[].facts[]")


# Resources of FHIR (services/web/formats/fhir), element by element.
_META: Fields = ("resourceType", "id", "meta.**", "identifier[]", "identifier[].**")
FHIR_TASK: Fields = (
    *_META, "contained[].**", "groupIdentifier.**", "status", "statusReason.**", "businessStatus.**", "intent",
    "code.**", "focus.**", "authoredOn", "lastModified", "requester.**", "owner.**", "restriction.**",
    "output[].**", "for.**",
)  # fmt: skip
FHIR_REQUEST: Fields = (
    *_META, "requisition.**", "status", "intent", "code.**", "subject.**", "authoredOn", "requester.**",
    "performer[].**",
)  # fmt: skip
FHIR_PERSON: Fields = ("resourceType", "id", "text.**", "extension[].**", "gender")


def _bundle(resource: Fields) -> Fields:
    """Of each entry of a list or a history."""
    return (
        "resourceType", "type", "total", "link[].**", "entry[].fullUrl", "entry[].search.**", "entry[].request.**",
        "entry[].response.**", *(f"entry[].resource.{field}" for field in resource),
    )  # fmt: skip


EVERYBODY: Mapping[str, Fields] = {  # who has signed in, with whatever role
    "/api/v1/notifications": (
        "unread",
        *_each(
            "notification_id",
            "kind",
            "topic",
            "text.th",
            "text.en",
            "case_id",
            "case_number",
            "at",
            "read_at",
        ),
    ),
    "/notices": PAGE,
    "/api/v1/partners": ALL,
    "/api/v1/partners/<partner_id>": ALL,
    "/api/v1/partners/export": ALL,
    "/api/v1/registry/provinces": ALL,
    "/api/v1/registry/stale": ALL,
    "/fhir/metadata": ALL,
    "/fhir/Organization": ALL,
    "/fhir/Organization/<partner_id>": ALL,
    "/fhir/HealthcareService": ALL,
    "/fhir/HealthcareService/<programme_id>": ALL,
    "/partners": PAGE,
    "/partners/map": PAGE,
    "/partners/calendar": PAGE,
    "/partners/list.csv": PAGE,
    "/partners/<uuid:partner_id>": PAGE,
    "/api/v1/forms/intake.pdf": PAGE,
    "/forms": PAGE,
    "/forms/intake.pdf": PAGE,
}
REGISTRY: Mapping[str, Fields] = {  # who reads what is no single person's, of the registry
    "/api/v1/partners/<partner_id>/history": ALL,
    "/api/v1/partners/<partner_id>/standing-link": ALL,
    "/api/v1/proposals": ALL,
    "/partners/<uuid:partner_id>/history": PAGE,
    "/partners/<uuid:partner_id>/history.csv": PAGE,
    "/registry/proposals": PAGE,
    "/registry/proposals.csv": PAGE,
    "/api/v1/problems": ALL,
}
OUTREACH: Fields = _each(
    "outreach_id", "centre", "kind", "date", "province", "place", "reached", "partners[]", "partners[].**", "material",
    "partners_joined[]", "partners_joined[].**", "by", "at", "corrected", "entered_in_error", "version",
)  # fmt: skip
RULES: Mapping[str, Fields] = {  # of no person
    "/api/v1/rules": ALL,
    "/api/v1/rules/<rules_version>": ALL,
    "/api/v1/rules/drafts": ALL,
    "/api/v1/rules/drafts/<draft_id>": ALL,
    "/api/v1/rules/trials/<trial_id>": ALL,
    "/rules": PAGE,
    "/rules/<rules_version>": PAGE,
    "/rules/<rules_version>/songtor-rules.xlsx": PAGE,
    "/rules/drafts/<uuid:draft_id>": PAGE,
    "/rules/trials/<uuid:trial_id>": PAGE,
}
FIGURES: Mapping[str, Fields] = {
    **RULES,
    "/api/v1/reports/overview": ALL,
    "/api/v1/reports/outreach": ALL,
    "/api/v1/reports/waits": ALL,
    "/dashboard": PAGE,
    "/dashboard/definitions": PAGE,
    "/dashboard/figures.xlsx": PAGE,
    "/dashboard/figures.zip": PAGE,
    "/dashboard/places": PAGE,
    "/dashboard/waits": PAGE,
    "/dashboard/waits.csv": PAGE,
    "/dashboard/places.csv": PAGE,
}
READS: Mapping[str, Mapping[str, Fields]] = {
    "member": {
        **EVERYBODY,
        **REGISTRY,
        **FIGURES,
        "/api/v1/cases": _each(*CASE, *DESCRIBED),
        "/api/v1/cases/<case_id>": (
            *CASE, *DESCRIBED, "outreach_id", "returns[]", "returns[].**", "elsewhere.**", "elsewhere.before[]",
            "elsewhere.before[].**", "elsewhere.since[]", "elsewhere.since[].**", *_under("referrals", REFERRAL),
            "screening", "screening.**", "matches.**", "plan", "plan.**",
        ),
        "/api/v1/cases/<case_id>/matches": ALL,
        "/api/v1/cases/<case_id>/screenings": ALL,
        "/api/v1/cases/<case_id>/next-question": ALL,
        "/api/v1/screenings/<screening_id>/rederive": ALL,
        "/api/v1/cases/<case_id>/matches/earlier": ALL,
        "/api/v1/cases/<case_id>/matches/earlier/<match_id>": ALL,
        "/api/v1/programmes/<programme_id>/candidates": ALL,
        "/api/v1/cases/<case_id>/timeline": _each(
            "id", "type", "time", "recordedtime", "service", "actor", "data.**"
        ),
        "/api/v1/events": EVENT,
        "/api/v1/cases/<case_id>/plans": ALL,
        "/api/v1/cases/<case_id>/reviews": ALL,
        "/api/v1/returns": ALL,
        "/api/v1/cases/<case_id>/care-plan": ALL,
        "/api/v1/cases/<case_id>/care-plan/proposals": ALL,
        "/api/v1/members": ALL,
        "/api/v1/closures": ALL,
        "/api/v1/meetings": _each(*MEETING_OUTLINE),
        "/api/v1/meetings/<meeting_id>": MEETING,
        "/api/v1/meetings/<uuid:meeting_id>/minutes.pdf": PAGE,
        "/api/v1/outreach": ALL,
        "/api/v1/outreach/<outreach_id>": ALL,
        "/api/v1/cases/<case_id>/consents": _each(*CONSENT),
        "/api/v1/referrals": _each(*REFERRAL),
        "/api/v1/referrals/<referral_id>": (
            *REFERRAL, *_history(STEP), "follow_ups[]",
            *_under("follow_ups", ("days", "opens", "closes", "status", "done_at", "attempts")),
        ),
        "/api/v1/referrals/<referral_id>/disclosure": (
            "[]", "[].at", "[].to", "[].how", "[].facts[]", "[].basis", "[].opened_at",
        ),
        "/api/v1/referrals/<referral_id>/steps": ("[]", "[].**"),
        "/api/v1/stays": STAY,
        "/api/v1/work": WORK,
        "/cases": PAGE,
        "/cases/list.csv": PAGE,
        "/cases/<uuid:case_id>": PAGE,
        "/cases/<uuid:case_id>/consents": PAGE,
        "/cases/<uuid:case_id>/consents/list.csv": PAGE,
        "/cases/<uuid:case_id>/consents/told.csv": PAGE,
        "/cases/<uuid:case_id>/matches": PAGE,
        "/cases/<uuid:case_id>/matches/compare": PAGE,
        "/cases/<uuid:case_id>/screening/earlier": PAGE,
        "/cases/<uuid:case_id>/matches/earlier": PAGE,
        "/cases/<uuid:case_id>/matches/earlier/<uuid:match_id>": PAGE,
        "/cases/<uuid:case_id>/matches/list.csv": PAGE,
        "/cases/<uuid:case_id>/plan": PAGE,
        "/cases/<uuid:case_id>/care": PAGE,
        "/cases/<uuid:case_id>/referrals": PAGE,
        "/cases/<uuid:case_id>/referrals/list.csv": PAGE,
        "/cases/<uuid:case_id>/screening": PAGE,
        "/cases/<uuid:case_id>/story.csv": PAGE,
        "/referrals/<uuid:referral_id>": PAGE,
        "/registry/contradictions": PAGE,
        "/registry/contradictions.csv": PAGE,
        "/registry/problems": PAGE,
        "/registry/problems.csv": PAGE,
        "/outreach": PAGE,
        "/outreach/list.csv": PAGE,
        "/outreach/<uuid:outreach_id>": PAGE,
        "/outreach/poster": PAGE,
        "/outreach/share": PAGE,
        "/dashboard/behind": PAGE,
        "/dashboard/behind.csv": PAGE,
        "/partners/<uuid:partner_id>/programmes/<uuid:programme_id>/waiting": PAGE,
        "/partners/<uuid:partner_id>/programmes/<uuid:programme_id>/waiting/list.csv": PAGE,
        "/meetings": PAGE,
        "/meetings/list.csv": PAGE,
        "/meetings/<uuid:meeting_id>": PAGE,
        "/meetings/<uuid:meeting_id>/cases/<uuid:case_id>": PAGE,
        "/meetings/<uuid:meeting_id>/invitation": PAGE,
        "/meetings/<uuid:meeting_id>/minutes.pdf": PAGE,
        "/working-group": PAGE,
        "/working-group/members": PAGE,
        "/working-group/members.csv": PAGE,
        "/working-group/list.csv": PAGE,
        "/working-group/projected": PAGE,
    },
    "ministry": {
        **EVERYBODY,
        **REGISTRY,
        **FIGURES,
        **WEBHOOKS,
        "/webhooks/new": PAGE,
        "/api/v1/cases": _each(*OUTLINE),
        "/api/v1/cases/<case_id>": (*OUTLINE, *_under("referrals", REFERRAL_OUTLINE)),
        "/api/v1/events": EVENT,
        "/api/v1/outreach": OUTREACH,
        "/api/v1/referrals": _each(*REFERRAL_OUTLINE),
        "/api/v1/referrals/<referral_id>": (*REFERRAL_OUTLINE, *_under("history", STEP_OUTLINE)),
        "/cases": PAGE,
        "/cases/list.csv": PAGE,
        "/cases/<uuid:case_id>": PAGE,
        "/referrals/<uuid:referral_id>": PAGE,
    },
    "partner": {
        **EVERYBODY,
        "/api/v1/partners/<partner_id>/standing-link": ALL,
        "/api/v1/partners/<partner_id>/history": ALL,
        "/api/v1/referrals": _each(*REFERRAL),
        "/api/v1/referrals/<referral_id>": (
            *REFERRAL, *_history((*STEP_OF_PARTNER, *ANSWER_OF_PARTNER)), "follow_ups[]",
        ),
        "/api/v1/referrals/<referral_id>/steps": ("[]", "[].**"),
        "/fhir/Task": _bundle(FHIR_TASK),
        "/fhir/Task/<referral_id>": FHIR_TASK,
        "/fhir/Task/<referral_id>/_history": _bundle(FHIR_TASK),
        "/fhir/ServiceRequest": _bundle(FHIR_REQUEST),
        "/fhir/ServiceRequest/<referral_id>": FHIR_REQUEST,
        "/fhir/Patient/<referral_id>": FHIR_PERSON,
        **WEBHOOKS,
        "/webhooks/new": PAGE,
        "/partners/<uuid:partner_id>/keys": PAGE,
        "/api/v1/events": EVENT,
        "/our-referrals": PAGE,
        "/our-referrals/list.csv": PAGE,
        "/our-referrals/<uuid:referral_id>": PAGE,
        "/our-referrals/<uuid:referral_id>/accept": PAGE,
        "/our-referrals/<uuid:referral_id>/decline": PAGE,
        "/our-referrals/<uuid:referral_id>/no-places": PAGE,
        "/partners/<uuid:partner_id>/correct": PAGE,
        "/partners/<uuid:partner_id>/history": PAGE,
        "/partners/<uuid:partner_id>/history.csv": PAGE,
        "/partners/<uuid:partner_id>/programmes/<uuid:programme_id>/capacity": PAGE,
    },
    "rule_keeper": {
        **EVERYBODY,
        **FIGURES,
        "/rules/<rules_version>/draft": PAGE,
        "/rules/drafts/<uuid:draft_id>/trial": PAGE,
        "/rules/drafts/<uuid:draft_id>/adopt": PAGE,
        "/rules/drafts/<uuid:draft_id>/<rows_of>": PAGE,
        "/rules/drafts/<uuid:draft_id>/<rows_of>/<row_key>": PAGE,
        "/rules/drafts/<uuid:draft_id>/<rows_of>/<row_key>/remove": PAGE,
    },
    "admin": {
        **EVERYBODY,
        **RULES,
        **WEBHOOKS,
        "/api/v1/admin/status": ALL,
        "/contradictions": PAGE,
        "/contradictions.csv": PAGE,
    },
}  # fmt: skip
# Addresses of the system and of one's own account, which have nothing of anybody served.
ABOUT_NOBODY = (
    "/account", "/centre", "/drafts", "/first-steps", "/health", "/help", "/hsds", "/language", "/metrics",
    "/password",
    "/ready", "/second-factor", "/set-up", "/sign-in", "/static", "/system", "/users", "/api/openapi.json",
)  # fmt: skip
