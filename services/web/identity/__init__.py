"""Who somebody is: accounts, passwords, second factors, sessions, and the organisation's own provider."""
