"""The rehearsal's Dataverse Web API."""
