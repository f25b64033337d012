"""The rules of one referral: its words, what may be asked of it, and its life cycle. Pure."""
