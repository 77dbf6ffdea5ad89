"""Errors of the Web API in Microsoft's shape."""

from __future__ import annotations

from typing import Any

from dynsync_gui.simulators.gate import Answer

BAD_REQUEST = "0x80060888"
HTTP_FAILURE = "0x8006088a"


class DataverseError(Exception):
    """A refused request."""

    def __init__(self, status: int, code: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after

    def answer(self, *, detailed: bool = False) -> Answer:
        """The error document; detailed ones come to those who asked for every annotation."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if detailed:
            error["@Microsoft.PowerApps.CDS.HelpLink"] = (
                f"http://go.microsoft.com/fwlink/?LinkID=398563&error={self.code}"
            )
            error["@Microsoft.PowerApps.CDS.TraceText"] = ""
            error["@Microsoft.PowerApps.CDS.InnerError.Message"] = self.message
        answer = Answer.of({"error": error}, self.status)
        if self.retry_after is not None:
            answer.headers["Retry-After"] = str(self.retry_after)
        answer.code = self.code
        return answer


def unknown_property(name: str, table: str) -> DataverseError:
    """A column that the Web API has no property for."""
    return DataverseError(
        400, BAD_REQUEST, f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{table}'."
    )


def not_found(segment: str) -> DataverseError:
    """A path that leads nowhere."""
    return DataverseError(404, BAD_REQUEST, f"Resource not found for the segment '{segment}'.")


def foreign_row(type_code: int, verb: str) -> DataverseError:
    """A row of somebody else, which the caller's privilege does not reach."""
    text = f"SecLib::AccessCheckEx failed. ObjectTypeCode: {type_code}, {verb}Access."
    return DataverseError(403, "0x80040220", text)


def missing_row(table: str, row_id: str) -> DataverseError:
    """A row that does not exist (any more)."""
    return DataverseError(404, "0x80040217", f"{table} With Id = {row_id} Does Not Exist")
