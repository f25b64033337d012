"""Tests of referral, room by room; `facts.py` holds the people and facts they share."""
