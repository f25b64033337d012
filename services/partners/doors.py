"""Partners' doors by name, each with what it answers."""

from services.kernel.questions import CommandDoor, QueryDoor
from services.partners.answers import (
    AlikePartners,
    Capacity,
    FreePlaces,
    Matches,
    Names,
    NewPartner,
    NewProgramme,
    Partner,
    Partners,
)

REGISTER_PARTNER: CommandDoor[NewPartner] = CommandDoor("partners", "register_partner")
OFFER_PROGRAMME: CommandDoor[NewProgramme] = CommandDoor("partners", "offer_programme")
CONFIRM_CAPACITY: CommandDoor[Capacity] = CommandDoor("partners", "confirm_capacity")
ALIKE: QueryDoor[AlikePartners] = QueryDoor("partners", "alike")
PARTNERS: QueryDoor[Partners] = QueryDoor("partners", "partners")
FREE_PLACES: QueryDoor[FreePlaces] = QueryDoor("partners", "free_places")
PARTNER: QueryDoor[Partner] = QueryDoor("partners", "partner")
NAMES: QueryDoor[Names] = QueryDoor("partners", "names")
MATCHES: QueryDoor[Matches] = QueryDoor("partners", "matches")
