"""Referral: handing one person on to one programme, until the placement has ended.

referral    one case sent to one programme of a partner, under an agreed plan and with the person's consent
step        what someone does with a referral (accept, admit ... end); the life cycle says after which status
place       what the partners service answered about a place for this referral; only then is the partner told
placement   the person is there and it was confirmed; followed up after 30, 90, 180 and 365 days
over        declined, expired, withdrawn, failed, ended or entered in error: a new attempt is a new referral
"""
