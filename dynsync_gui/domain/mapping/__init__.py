"""Which Dynamics field goes into which Marketo field.

`offers` turns the live schemas into the rows of the field page, `target_options` into the targets of one row;
`problems_of` says what is wrong with a choice, and `build_mapping` turns it into what the engine works with. All are
pure, so that the page, the command line and the engine cannot disagree.
"""

from dynsync_gui.domain.mapping.attributes import own_offers
from dynsync_gui.domain.mapping.build import build_mapping, place_of, unknown_choices
from dynsync_gui.domain.mapping.fitting import accepts, forms
from dynsync_gui.domain.mapping.model import (
    DefaultTarget,
    EntityMapping,
    FieldMapping,
    FieldOffer,
    NewField,
    SyncMapping,
)
from dynsync_gui.domain.mapping.new_fields import MOST_NEW_FIELDS, new_field_options, plain_label
from dynsync_gui.domain.mapping.offering import offers
from dynsync_gui.domain.mapping.problems import ChoiceProblem, problems_of
from dynsync_gui.domain.mapping.targets import TargetOption, target_options
from dynsync_gui.domain.mapping.touched import limited, touched
from dynsync_gui.domain.mapping.ways import directions, resolved
from dynsync_gui.domain.mapping.wording import sentence

__all__ = [
    "MOST_NEW_FIELDS",
    "ChoiceProblem",
    "DefaultTarget",
    "EntityMapping",
    "FieldMapping",
    "FieldOffer",
    "NewField",
    "SyncMapping",
    "TargetOption",
    "accepts",
    "build_mapping",
    "directions",
    "forms",
    "limited",
    "new_field_options",
    "offers",
    "own_offers",
    "place_of",
    "plain_label",
    "problems_of",
    "resolved",
    "sentence",
    "target_options",
    "touched",
    "unknown_choices",
]
