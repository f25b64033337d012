"""The tables of every service's log, inbox and timers."""
