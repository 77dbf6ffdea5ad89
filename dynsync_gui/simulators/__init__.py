"""A rehearsal Microsoft Entra, Dataverse and Marketo over one seeded world."""
