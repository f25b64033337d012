"""Reporting: the merged log of all services, and every figure counted from it. It decides nothing and holds no personal
data.

merged log  every fact this service has heard, in its own dense order (effects may stand before causes of
            other services)
milestone   a fact that figures count: when it happened, when it was recorded, for which centre, and its codes
period      days in Thailand, first and last included; without one the running budget year up to today
as of       a moment of knowledge: only what was recorded up to then counts
void        a referral entered in error, as far as that was recorded by then: nothing of it counts
"""
