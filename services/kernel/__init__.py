"""The kernel: what every service needs to decide, remember, publish and hear. It knows no business word and no service.

Pure part (no framework): decider, errors, envelope, codec, rules. Everything else may touch a database, a broker or nameko.
A thing enters the kernel with its third user; until then it lives in the room that needs it.
"""
