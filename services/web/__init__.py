"""The front door: sign-in, the HTTP API and the pages. No business rule lives here.

It turns a request into one call of a service's door, and a kernel error into one HTTP status. Its own database holds accounts and
how far each user has written, so that a reader sees what they wrote themselves.

account    a user of the system: name, role, centres
bearer     a signed token that says who asks
position   the place in a service's log after a user's last command
"""
