"""The rehearsal's Marketo Engage REST API."""
