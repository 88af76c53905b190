"""What every section of the configuration is."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator


class Section(BaseModel):
    """Base of every group of keys: unknown keys are refused, values never change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _left_empty(cls, values: Any) -> Any:
        """Take a key without a value for its default."""
        return {key: one for key, one in values.items() if one is not None} if isinstance(values, dict) else values

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool) and cls.model_fields[info.field_name or ""].annotation is not bool:
            raise ValueError("true and false are not possible here; write the value itself")
        return value


def one_address(value: str) -> str:
    """Return the email address in its usual form, "" for none.

    Raises:
        ValueError: it is not exactly one address.
    """
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(value, check_deliverability=False).normalized if value else ""
    except EmailNotValidError:
        raise ValueError("write one address such as name@example.org") from None
