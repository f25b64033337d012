"""The code lists that services and their callers share (docs/language.md explains each). Data only; more codes may be added."""

CHANNELS = (
    "walk_in", "hotline_1300", "ess", "provincial_office", "police", "hospital", "local_government", "foundation",
    "citizen", "patrol", "transfer_in", "prison_release", "s22_delivered", "other",
)  # fmt: skip
DANGERS = ("none", "urgent_health", "psychiatric", "police", "child", "trafficking")
IDENTITY_STATUSES = (
    "confirmed_card", "confirmed_register", "claimed", "partial", "unknown", "refused", "foreign_document",
)  # fmt: skip
CORRECTIONS = ("learned", "mistaken", "changed")
SEXES = ("male", "female", "other", "unknown")
NATIONALITIES = ("thai", "foreign", "stateless", "unknown")
DOMICILE_BASES = ("registered_house", "central_register", "found", "claimed", "birthplace", "relatives")
CASE_STATUSES = ("open", "screened", "planned", "referred", "placed", "closed")
LABELS = (
    "destitute_a", "destitute_b", "beggar", "performer", "child", "pregnant", "older_person", "disabled", "mentally_ill",
    "trafficking_suspected", "foreigner", "stateless",
)  # fmt: skip
EMPLOYER_PATHS = ("employer_33", "employer_35", "employer_general")
PATHS = (
    "return_family", "independent", "local_home", "foundation", "religious", *EMPLOYER_PATHS, "vocational_training",
    "hospital", "psychiatric_hospital", "child_agency", "trafficking_referral", "immigration", "ministry_shelter",
    "other_centre", "advice_only",
)  # fmt: skip
PARTNER_KINDS = (
    "pao_home", "municipal_home", "foundation", "employer", "hospital", "religious", "training_centre",
    "ministry_shelter", "child_agency", "other",
)  # fmt: skip
DECLINE_REASONS = (
    "no_place", "out_of_area", "not_eligible", "missing_documents", "health_beyond_care", "behaviour_safety",
    "person_refused", "person_left", "cost", "no_answer", "wrong_information", "other",
)  # fmt: skip
WHOSE = ("person", "partner", "centre", "system")
OUTCOMES = ("stable", "moved", "died", "left", "lost", "returned", "other")
WORK_KINDS = ("section_33", "section_35", "general", "own")
REFERRAL_STATUSES = (
    "sent", "acknowledged", "accepted", "declined", "waitlisted", "expired", "withdrawn", "travelling", "admitted",
    "placed", "ended", "failed", "entered_in_error",
)  # fmt: skip
ROLES = ("worker", "director", "member", "partner", "ministry", "admin")
