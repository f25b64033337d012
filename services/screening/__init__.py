"""Screening: which laws a person's situation falls under, which paths follow, and the plan the working group agrees on.

fact        one answer of the screening form; absent is unknown, never "no"
label       a group of people a law speaks of (target group); met, not met or unknown for this person
path        a way out of destitution, best first: a specific law's own path leads (Act of B.E. 2557, s. 23)
form        the questions, in a version of their own
rules       labels, laws and paths as data, in dated versions: rules/*.json; every decision names the version it used
plan        the path the working group (conference) chose, by a vote with a quorum; its minutes are personal
"""
