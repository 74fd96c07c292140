"""From pydantic's errors to texts for people: what must be, what was found, what to do."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from veracity_provider.description.marks import Hint
from veracity_provider.errors import InputProblem
from veracity_provider.nearest import did_you_mean
from veracity_provider.texts import shown

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails


def input_problems(model: type[BaseModel], error: ValidationError, *, by_alias: bool) -> tuple[InputProblem, ...]:
    """
    Everything wrong, in the order of the properties.

    Args:
        model: What was read.
        by_alias: Whether properties are spelled as in a stack file.
    """
    return tuple(
        InputProblem(spelled(_place(one)), _reason(model, one, by_alias=by_alias))
        for one in error.errors(include_url=False)
    )


def _place(error: "ErrorDetails") -> tuple[int | str, ...]:
    place = tuple(part for part in error["loc"] if part != "[key]")  # pydantic's word for the key of a mapping itself
    item = _context(error).get("item")
    return place if item is None else (*place, item)


def spelled(place: Iterable[int | str]) -> str:
    """`icon.background_color`, `tags[1]`."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{shown(part)}" if text else shown(part)
    return text


def found(value: object) -> str:
    """*value* as a message shows it, cut short. Whole numbers come from the engine as `7.0`, and are shown as `7`."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else "NaN" if math.isnan(value) else str(value)
    return f"'{shown(value)}'" if isinstance(value, str) else shown(value)


def found_in_file(value: object) -> str:
    """The same in the spelling of a stack file."""
    return str(value).lower() if isinstance(value, bool) else found(value)


def choices(annotation: Any) -> tuple[str, ...]:
    """The words of the `Literal` within *annotation*; empty when there is none."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next((words for one in get_args(annotation) if (words := choices(one))), ())


def _must_be(kind: str) -> "_Reason":
    return lambda error, shown_as: f"must be {kind}, not {shown_as(error['input'])}"


def _too_long(error: "ErrorDetails", _: "_Shown") -> str:
    return f"must have at most {_context(error)['max_length']} characters, not {len(error['input'])}"


def _context(error: "ErrorDetails") -> dict[str, Any]:
    return error.get("ctx", {})


_Shown = Callable[[object], str]
_Reason = Callable[["ErrorDetails", _Shown], str]
_REASONS: Final[dict[str, _Reason]] = {
    "string_type": _must_be("a string"),
    "string_unicode": _must_be("a string of whole characters"),
    "tuple_type": _must_be("a list"),
    "model_type": _must_be("a mapping"),
    "dict_type": _must_be("a mapping"),
    "bool_type": _must_be("true or false"),
    "int_type": _must_be("a whole number"),
    "int_from_float": _must_be("a whole number"),
    "float_type": _must_be("a number"),
    "string_too_long": _too_long,
    "too_long": _too_long,  # of a string that has been checked for something else before
    "greater_than_equal": lambda error, _: f"must be at least {_context(error)['ge']:g}, not {found(error['input'])}",
    "less_than_equal": lambda error, _: f"must be at most {_context(error)['le']:g}, not {found(error['input'])}",
}


def _reason(model: type[BaseModel], error: "ErrorDetails", *, by_alias: bool) -> str:
    *parents, last = error["loc"]
    owner = _model_at(model, parents, by_alias=by_alias)
    kind, value = error["type"], error.get("input")
    if kind == "extra_forbidden":
        return _unknown_property(owner, str(last), spelled(parents), by_alias=by_alias)
    shown_as = found_in_file if by_alias else found
    field = _field(owner, last, by_alias=by_alias) if isinstance(last, str) else None
    words = choices(field.annotation) if field else ()
    if kind == "missing":
        return "is missing" + (f"; must be {any_of(words)}" if words else "") + _hint(field)
    if kind == "literal_error":
        suggestion = did_you_mean(value, words) if isinstance(value, str) else ""
        return f"must be {any_of(words)}, not {shown_as(value)}{suggestion}"
    if kind == "refused":
        return _context(error)["reason"] + _hint(field, when_refused=True)
    reason = _REASONS[kind](error, shown_as) if kind in _REASONS else error["msg"]
    return reason + (": put it in quotes" if by_alias and kind == "string_type" and _is_scalar(value) else "")


def _is_scalar(value: object) -> bool:
    return isinstance(value, bool | int | float)


def any_of(words: tuple[str, ...]) -> str:
    """`a, b or c`."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _unknown_property(owner: type[BaseModel], name: str, parent: str, *, by_alias: bool) -> str:
    return unknown_key(
        name, [_name(key, field, by_alias=by_alias) for key, field in owner.model_fields.items()], parent
    )


def unknown_key(name: str, known: Iterable[str], parent: str = "") -> str:
    """Why a key that nobody knows is refused, with the nearest of those that are known, or all of them."""
    names = list(known)
    of = f" of {parent}" if parent else ""
    return f"is not a key{of}{did_you_mean(name, names) or '; known: ' + ', '.join(names)}"


def _hint(field: "FieldInfo | None", *, when_refused: bool = False) -> str:
    hints = [one for one in (field.metadata if field else ()) if isinstance(one, Hint)]
    return "".join(f"; {one.text}" for one in hints if one.when_refused or not when_refused)


def _name(name: str, field: "FieldInfo", *, by_alias: bool) -> str:
    return field.alias or name if by_alias else name


def _field(model: type[BaseModel], name: str, *, by_alias: bool) -> "FieldInfo | None":
    return next((one for key, one in model.model_fields.items() if _name(key, one, by_alias=by_alias) == name), None)


def _model_at(model: type[BaseModel], parents: Iterable[int | str], *, by_alias: bool) -> type[BaseModel]:
    for parent in parents:
        field = _field(model, parent, by_alias=by_alias) if isinstance(parent, str) else None
        model = (model_in(field.annotation) if field else None) or model
    return model


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The description within *annotation*; None when there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for one in get_args(annotation) if (model := model_in(one))), None)
