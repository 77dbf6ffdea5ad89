"""A choice on its way to another profile: it comes back as it was, and what does not fit is named with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynsync_gui.domain.choice import Direction, FieldChoice, Form, Overwrite, TooLong
from dynsync_gui.domain.choice_file import read_choice, write_choice
from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.domain.schema import (
    Entity,
    EntitySchema,
    FieldType,
    SourceField,
    System,
    Target,
    TargetField,
    TargetSchema,
    TargetType,
)
from dynsync_gui.domain.settings import FieldSettings, FilteredOut

NAMES = ("firstname", "jobtitle", "department", "new_region")
TABLES = {
    entity: EntitySchema(
        entity, "", "", "id", tuple(SourceField(name, name.title(), FieldType.STRING, 100) for name in NAMES)
    )
    for entity in (Entity.LEAD, Entity.CONTACT)
}
FIELDS = ("firstName", "title", "email", "x", "y")
TARGETS = {
    Target.PERSON: TargetSchema(
        Target.PERSON, tuple(TargetField(name, name.upper(), TargetType.STRING, 255) for name in FIELDS)
    )
}
CHOICES = st.lists(
    st.builds(
        FieldChoice,
        name=st.sampled_from(NAMES),
        label=st.text(max_size=9).map(lambda text: "".join(filter(str.isprintable, text)).strip()),
        create=st.none() | st.just(TargetType.STRING),
        direction=st.none() | st.sampled_from(Direction),
        winner=st.none() | st.sampled_from(System),
        overwrite=st.sampled_from(Overwrite),
        too_long=st.sampled_from(TooLong),
        since=st.none() | st.dates(),
    ),
    unique_by=lambda choice: choice.name,
).map(tuple)


@given(
    st.builds(
        FieldSettings,
        chosen=st.dictionaries(st.sampled_from(list(TABLES)), CHOICES),
        filter=st.booleans(),
        language=st.sampled_from([0, 1033]),
        filtered_out=st.sampled_from(FilteredOut),
        filtered_list=st.sampled_from(["", 'The "quiet" ones \\ é']),
    )
)
def test_a_choice_comes_back_from_its_file(fields):
    assert read_choice(write_choice(fields), TABLES, TARGETS) == fields


TEXT = write_choice(
    FieldSettings(
        {
            Entity.LEAD: (FieldChoice("firstname"), FieldChoice("jobtitle", "title", direction=Direction.BOTH)),
            Entity.CONTACT: (FieldChoice("new_region"), FieldChoice("department", "x", form=Form.AUTOMATIC)),
        }
    )
)
BODY = "\n".join(line for line in TEXT.splitlines() if not line.startswith("#"))


def test_a_file_is_read_by_people_and_holds_no_secret():
    lines = TEXT.splitlines()
    assert '    { name = "jobtitle", target = "title", direction = "both" },' in lines
    assert "secret" in lines[0]
    assert "https" not in TEXT


@pytest.mark.parametrize(
    ("was", "becomes", "line", "title", "cure"),
    [
        ('"jobtitle", target', '"jobtitel", target', 'name = "jobtitel"', "no field “jobtitel”", "jobtitle"),
        ('target = "title"', 'target = "titel"', 'name = "jobtitle"', "no field “titel”", "title"),
        ('direction = "both"', 'direction = "up"', 'name = "jobtitle"', '"up"', '"both"'),
        ('direction = "both"', 'way = "both"', 'name = "jobtitle"', "“way”", "The nearest"),
        ('"new_region"', '"Region"', '"Region"', '"Region"', "small letters"),
        ('"new_region"', '{ target = "x" }', "{ target", "a table", "the Dynamics name"),
        ("filter = true", 'filter = "yes"', "filter =", '"yes"', "true or false"),
        ("filter = true", "filtre = true", "filtre =", "“filtre”", "filter"),
        ("contact = [", "accounts = [", "accounts =", "“accounts”", "account"),
        ("contact = [", "new_course = [", "new_course =", "new_course", "add the table"),
        ("version = 1", "version = 9", "version = 9", "another DynSync", "Install"),
        ("version = 1", 'version = 1\npassword = "CANARY"', "password", "“password”", "Remove"),
        ("dynsync-fields", "other", "format =", "no choice of fields", "exported"),
        ('"new_region",', '"new_region"', 'name = "department"', "understood", "exported"),
        ('"new_region"', '{ name = "new_region", target = "x" }', 'name = "department"', "already", "another target"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_the_cure(was, becomes, line, title, cure):
    assert BODY.count(was) == 1
    changed = BODY.replace(was, becomes)
    with pytest.raises(SettingsError) as caught:
        read_choice(changed, TABLES, TARGETS)
    number = next(place for place, text in enumerate(changed.splitlines(), 1) if line in text)
    told = str(caught.value.finding.title)
    assert told.startswith(f"Line {number}: ")
    assert title in told
    assert cure in str(caught.value.finding.cure)
    assert "CANARY" not in told + str(caught.value.finding.cure)


@pytest.mark.parametrize("text", ["", "a = 1", "{}", '[dynamics]\nurl = "https://contoso.crm.dynamics.com"', "\x00"])
def test_foreign_files_are_refused(text):
    with pytest.raises(SettingsError, match="choice-file"):
        read_choice(text, TABLES, TARGETS)
