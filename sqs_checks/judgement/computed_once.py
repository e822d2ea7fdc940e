"""An attribute that is computed when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Optional, TypeVar, Union, overload

T = TypeVar("T")


class computed_once(Generic[T]):  # noqa: N801  # used as a decorator
    """As `functools.cached_property`, without the lock that it takes before Python 3.12: verdicts are asked for by the
    thousand, each in one thread.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> computed_once[T]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: Optional[object], owner: type) -> Union[T, computed_once[T]]:
        if instance is None:
            return self
        # The instance's own attribute is found before this one from now on.
        value = instance.__dict__[self._name] = self._compute(instance)
        return value
