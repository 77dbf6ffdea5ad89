"""A role that lacks one privilege on one table is refused there, and nowhere else."""

import pytest

SETS = {
    "account": "accounts",
    "contact": "contacts",
    "lead": "leads",
    "opportunity": "opportunities",
    "systemuser": "systemusers",
    "connection": "connections",
    "new_subscription": "new_subscriptions",
}
SHORT = {"systemuser": "User", "new_subscription": "new_Subscription"}
METHODS = {"Read": "get", "Write": "patch", "Create": "post", "Delete": "delete"}


@pytest.fixture
def depths(dynamics) -> dict[str, str]:
    rehearsal = dynamics.rehearsal
    return rehearsal.dataverse.members.by_object[rehearsal.directory.service.object_id].depths


def rows(dynamics, table: str):
    return dynamics.rehearsal.world.tables[table]


def ask(dynamics, verb: str, table: str, **body: object):
    row = next(iter(rows(dynamics, table)))[rows(dynamics, table).schema.primary_id]
    path = SETS[table] if verb in {"Read", "Create"} else f"{SETS[table]}({row})"
    method = getattr(dynamics.session, METHODS[verb])
    return method(
        dynamics.url(path), headers={"If-Match": "*"}, **({"json": body} if verb in {"Write", "Create"} else {})
    )


@pytest.mark.parametrize("table", SETS)
@pytest.mark.parametrize("verb", METHODS)
def test_each_verb_on_each_table_takes_its_own_privilege(dynamics, depths, table: str, verb: str) -> None:
    privilege = f"prv{verb}{SHORT.get(table, table.title())}"
    del depths[privilege]
    refused = ask(dynamics, verb, table)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "0x80040220")
    assert privilege in refused.json()["error"]["message"]
    for other in SETS:
        assert other == table or ask(dynamics, "Read", other).status_code == 200
    told = dynamics.get(f"EntityDefinitions?$select=Privileges&$filter=LogicalName eq '{table}'").json()["value"]
    assert {row["PrivilegeType"]: row["Name"] for row in told[0]["Privileges"]}[verb] == privilege


def test_the_definition_names_the_privileges_by_the_ids_that_the_user_has(dynamics) -> None:
    me = dynamics.get("WhoAmI").json()["UserId"]
    own = dynamics.get(f"systemusers({me})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges").json()["RolePrivileges"]
    ids = {row["PrivilegeName"]: row["PrivilegeId"] for row in own}
    for table in dynamics.get("EntityDefinitions?$select=Privileges").json()["value"]:
        assert {row["Name"]: row["PrivilegeId"] for row in table["Privileges"]}.items() <= ids.items()


@pytest.mark.parametrize(
    ("link", "privilege"),
    [
        ("parentcustomerid_account@odata.bind", "prvAppendContact"),
        ("parentcustomerid_account@odata.bind", "prvAppendToAccount"),
        ("ownerid@odata.bind", "prvAssignContact"),
    ],
)
def test_a_link_takes_more_than_a_write(dynamics, depths, link: str, privilege: str) -> None:
    to = "systemuser" if link.startswith("ownerid") else "account"
    target = next(iter(rows(dynamics, to)))[f"{to}id"]
    body = {link: f"/{SETS[to]}({target})"}
    assert ask(dynamics, "Write", "contact", **body).status_code == 204
    del depths[privilege]
    assert ask(dynamics, "Write", "contact", jobtitle="Fine").status_code == 204
    refused = ask(dynamics, "Write", "contact", **body)
    assert refused.status_code == 403
    assert privilege in refused.json()["error"]["message"]


def test_a_right_on_own_rows_reaches_no_others(dynamics, depths) -> None:
    me = dynamics.get("WhoAmI").json()["UserId"]
    depths["prvWriteContact"] = "Basic"
    row = next(iter(rows(dynamics, "contact")))["contactid"]
    assert ask(dynamics, "Write", "contact", jobtitle="Not mine").status_code == 403
    dynamics.rehearsal.world.update("contact", row, {"ownerid": me})
    assert ask(dynamics, "Write", "contact", jobtitle="Mine").status_code == 204


@pytest.mark.parametrize("part", ["Microsoft.Dynamics.CRM.RetrieveUserPrivileges", "systemuserroles_association"])
def test_who_may_not_read_users_learns_nothing_of_itself(dynamics, depths, part: str) -> None:
    me = dynamics.get("WhoAmI").json()["UserId"]
    assert dynamics.get(f"systemusers({me})/{part}").status_code == 200
    del depths["prvReadUser"]
    assert dynamics.get(f"systemusers({me})/{part}").status_code == 403
