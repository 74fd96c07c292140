"""Reading values with pydantic's models, whose validators are built at their first use."""

import threading
from typing import Any, TypeVar

from pydantic import BaseModel

from veracity_provider.collector import pause_collector

_Model = TypeVar("_Model", bound=BaseModel)
_BUILDING = threading.RLock()


def validate(model: type[_Model], values: object, **options: Any) -> _Model:
    """
    *values* as a *model*; *options* are those of `model_validate`.

    pydantic builds what it has put off by itself, but not in several threads at a time (2.11 and 2.12 fail then).

    Raises:
        pydantic.ValidationError: They do not fit.
    """
    if not model.__pydantic_complete__:
        with _BUILDING, pause_collector():
            model.model_rebuild()
    return model.model_validate(values, **options)
