"""Referrals and the registry in the form of HL7 FHIR R4 (4.0.1), by hand and pure: what doors answer in, resources out.

Task                one referral to one partner: where it stands, and what the partner answers by
ServiceRequest      what the centre asks for by it; it has the referral's id
Patient             the person as the partner of one referral may know them; it has the referral's id, too
Organization        a partner
HealthcareService   a programme

A field of which nothing is known is left out: FHIR knows no null and nothing that is empty.
"""
