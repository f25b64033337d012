"""Partners: the registry all centres share - who can take a person, on what terms, and how many places are free.

partner     an organisation inside or outside the ministry (HSDS organization; its address is the HSDS location)
programme   what a partner offers: one path, its own rules and capacity (HSDS service)
statement   what a partner says of its capacity: total places, and how many are free
place       one unit of a programme's capacity: reserved for a referral from sending, taken from acceptance,
            then released
waiting     referrals that asked to wait when no place was free, first come first served
match       all programmes judged and ranked for one case, by named criteria; never one opaque score
"""
