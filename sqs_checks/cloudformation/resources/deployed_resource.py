"""One resource of a stack, in one case of a deployment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

from sqs_checks.cloudformation.intrinsics.deployment_cases import Case, ResourceIdentity
from sqs_checks.cloudformation.intrinsics.template_scalars import why_open
from sqs_checks.cloudformation.intrinsics.template_sections import TemplateResource
from sqs_checks.cloudformation.stacks.stack_tree import Stack
from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.judgement.ternary import NO, YES, Ternary, unknown
from sqs_checks.model.relations import Place
from sqs_checks.values.configuration_values import Entries, Unknown, Value, is_hidden


class DeployedResource:
    """What a resource is in a case. What the case leaves open is unknown.

    place: as messages name it. find: the resource of the same deployment that an attribute is of; None where the code holds
    none.
    """

    def __init__(
        self,
        stack: Stack,
        resource: TemplateResource,
        case: Case,
        place: Place,
        find: Callable[[ResourceIdentity], Optional[DeployedResource]],
    ) -> None:
        self.identity = stack.evaluator.identity(resource.logical_id)
        self.type = resource.type
        self.place = place
        self.find = find
        self._stack = stack
        self._resource = resource
        self._case = case

    @computed_once
    def there(self) -> Ternary:
        """Whether the resource is made."""
        made = self._stack.evaluator.exists(self._resource.logical_id, self._case, most=1)[0].value
        return YES if made is True else NO if made is False else unknown(why_open(made))

    @computed_once
    def properties(self) -> Value:
        return self._stack.evaluator.cases(self._resource.properties, self._case, most=1)[0].value

    def value(self, name: str) -> Value:
        """What a property is set to; None where it is not."""
        if isinstance(self.properties, Entries):
            return self.properties.items.get(name)
        return Unknown(why_open(self.properties)) if is_hidden(self.properties) else None

    def is_made_with(self, other: DeployedResource) -> bool:
        """Whether the resource is certainly made whenever another one is."""
        if self.there.is_yes:
            return True
        condition = self._resource.condition
        return self.identity.stack == other.identity.stack and condition is not None and condition == other._resource.condition
