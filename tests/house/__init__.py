"""Tests of the house itself: the servers that the other tests stand on."""
