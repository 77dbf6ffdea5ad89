"""The script that a user would write: Microsoft's client reads all contacts, marketorestpython writes them.

It runs in an environment of its own, with these two packages alone, and prints one line of JSON.
"""

import json
import sys
import time
import types

import requests
from marketorestpython.client import MarketoClient
from PowerPlatform.Dataverse.client import DataverseClient

FIELDS = {
    "firstname": "firstName",
    "lastname": "lastName",
    "emailaddress1": "email",
    "telephone1": "phone",
    "mobilephone": "mobilePhone",
    "fax": "fax",
    "jobtitle": "title",
    "address1_line1": "address",
    "address1_city": "city",
    "address1_stateorprovince": "state",
    "address1_postalcode": "postalCode",
    "address1_country": "country",
    "websiteurl": "website",
    "birthdate": "dateOfBirth",
    "donotphone": "doNotCall",
}
AT_ONCE = 300


class Credential:
    """A token of an application, as azure-identity would get it."""

    def __init__(self, ready):
        self.ready = ready

    def get_token(self, *scopes, **_options):
        """As the client asks for it."""
        dynamics = self.ready["dynamics"]
        form = {
            "grant_type": "client_credentials",
            "client_id": dynamics["client_id"],
            "client_secret": dynamics["client_secret"],
            "scope": scopes[0],
        }
        address = f"{self.ready['entra']['url']}/{dynamics['tenant']}/oauth2/v2.0/token"
        told = requests.post(address, data=form, timeout=60).json()
        return types.SimpleNamespace(token=told["access_token"], expires_on=int(time.time()) + 3000)


def main(ready):
    dataverse = DataverseClient(ready["dynamics"]["url"], Credential(ready))
    marketo = MarketoClient("000-AAA-000", ready["marketo"]["client_id"], ready["marketo"]["client_secret"])
    marketo.host = ready["marketo"]["endpoint"]
    people = []
    for page in dataverse.records.list_pages("contact", select=list(FIELDS)):
        for row in page:
            person = {target: row[source] for source, target in FIELDS.items() if row.get(source) is not None}
            if "email" in person:
                people.append(person)
    for start in range(0, len(people), AT_ONCE):
        marketo.execute(
            method="create_update_leads",
            leads=people[start : start + AT_ONCE],
            action="createOrUpdate",
            lookupField="email",
        )
    return {"people": len(people)}


print(json.dumps(main(json.loads(sys.argv[1]))))
