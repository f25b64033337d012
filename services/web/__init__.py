"""The front door: sign-in, pages and the HTTP API. No business rule lives here.

It turns a request into calls of the services' doors, and what they refuse into answers for people and machines. Its own
database holds accounts and what belongs to them, and how far each user has written, so that a reader sees what they
wrote themselves.

identity   who somebody is
store      what else is kept here
gateway    the one way to ask a door
api, pages   what programs and what people are shown; they know nothing of each other

account    a user of the system: name, role, centres
bearer     a signed token that says who asks
position   the place in a service's log after a user's last command
"""
