"""The kernel: what every service needs to decide, remember, publish and hear.

It knows no service. Of the business it knows what every event may be about (a case, a person, a partner), whose it is
(a centre), that a person's data is sealed and can be erased, and the roles `system` and `partner`.

Pure part (no framework): decider, errors, envelope, call, codec, cloudevents, rules. Everything else may touch a
database, a broker or nameko. A thing enters the kernel with its third user; until then it lives in the room that needs
it.
"""
