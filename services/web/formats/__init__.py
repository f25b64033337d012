"""The registry in the forms that others read and write: Open Referral's HSDS, and tables. Each form knows its own
fields; what may stand in them is the door's affair.
"""
