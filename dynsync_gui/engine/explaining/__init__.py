"""Why a record, or one of its fields, is not the same on both sides; all of it only reads."""
