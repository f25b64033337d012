"""Intake: opening a case for a person who came to a centre, and knowing where each case stands.

case        one person's stay with one centre's work, from the door to its close; numbered per centre and budget year
person      who it is about: as much of an identity as is known; unknown is an ordinary answer
channel     how the person came to the centre
danger      what must be seen to before anything is asked
found       where the person was found: the district (open), the subdistrict and a place in words (personal)
status      where the case stands, worked out from what screening and referral say: open, screened, planned, referred,
            placed, closed
"""
