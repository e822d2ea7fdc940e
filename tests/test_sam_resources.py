"""What SAM generates of a template, held against what aws-sam-translator makes of it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from make_sam import SAM_FIXTURES, read_template, transformed_beside, written_templates
from sam_answers import conditions_of_ours, conditions_of_translator, of_ours, of_translator, without_hashes

from sqs_checks.cloudformation.stacks.sam_resources import is_sam_template, sam_resources

WRITTEN = list(written_templates())
PARSED = {path: read_template(path) for path in WRITTEN}


def name_of(written: Path) -> str:
    return f"{written.parent.name}/{written.stem}"


def transformed(written: Path) -> Any:
    return without_hashes(transformed_beside(written).read_text(encoding="utf-8"))


@pytest.mark.parametrize("written", WRITTEN, ids=name_of)
def test_generates_what_the_translator_generates(written: Path) -> None:
    """Each resource that has to do with queues: its logical id, type, condition and properties."""
    template = read_template(written)
    assert of_ours(template) == of_translator(template, transformed(written))


@pytest.mark.parametrize("written", WRITTEN, ids=name_of)
def test_adds_the_conditions_that_the_translator_adds(written: Path) -> None:
    assert conditions_of_ours(read_template(written)) == conditions_of_translator(transformed(written))


def test_there_are_templates_enough() -> None:
    """And each has something of SAM's in it."""
    assert len(WRITTEN) >= 20
    assert all(is_sam_template(read_template(path)) for path in WRITTEN)
    assert len(list(SAM_FIXTURES.glob("*/*transformed.template"))) == len(WRITTEN)


def test_names_of_generated_resources() -> None:
    """`!Ref Worker.Alias` and the like are SAM's; it puts the logical ids of what it generates in their place."""
    written = SAM_FIXTURES / "sqs_event_alias" / "written.template"
    names, outputs = sam_resources(read_template(written)).names, transformed(written)["Outputs"]
    assert names["Other.Alias"] == "OtherAliasblueDgreenU2"
    assert outputs["Alias"]["Value"] == {"Ref": names["Worker.Alias"]}
    assert outputs["Version"]["Value"] == {"Fn::GetAtt": [names["Worker.Version"], "Version"]}


def test_names_of_generated_queues() -> None:
    """Of several queues, the name stands for the last one that SAM makes, whatever for."""
    written = SAM_FIXTURES / "destinations_generated" / "written.template"
    names, outputs = sam_resources(read_template(written)).names, transformed(written)["Outputs"]
    assert outputs["Failures"]["Value"] == {"Ref": names["Worker.DestinationQueue"]}
    assert outputs["FailuresArn"]["Value"] == {"Fn::GetAtt": [names["Worker.DestinationQueue"], "Arn"]}
    assert outputs["LastQueue"]["Value"] == {"Ref": names["Published.DestinationQueue"]}
    assert outputs["Topic"]["Value"] == {"Fn::Sub": f"${{{names['Published.DestinationTopic']}}}"}


def test_no_template_of_sam_generates_nothing() -> None:
    resources = {"Worker": {"Type": "AWS::Serverless::Function", "Properties": {"DeadLetterQueue": {"TargetArn": "a"}}}}
    others: list[Any] = [{"Resources": resources}, {"Transform": "Other", "Resources": resources}, None, [], "text"]
    for template in others:
        assert sam_resources(template) == ({}, {}, {})


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values of a template, itself excepted."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(item, (*path, key))


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=3),
    st.just([]),
    st.just({}),
    st.just([None]),
    st.just({"Ref": []}),
    st.just({"Ref": {"Ref": 1}}),
    st.just({"Fn::GetAtt": []}),
    st.just({"Fn::GetAtt": [[], {}]}),
    st.just({"Fn::If": ["A"]}),
    st.just({"Fn::If": [[], {"Ref": "AWS::NoValue"}, 1]}),
    st.just({"Fn::If": ["A", {"Ref": "AWS::NoValue"}, {"Ref": "AWS::NoValue"}]}),
    st.just({"a": {"b": []}}),
)


@pytest.mark.parametrize("written", WRITTEN, ids=name_of)
@settings(max_examples=20)
@given(st.data())
def test_nothing_that_people_write_raises(written: Path, data: st.DataObject) -> None:
    """Any value of a template may be anything; what is generated is always CloudFormation."""
    template: Any = copy.deepcopy(PARSED[written])
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(sorted(places(template), key=repr)))
        holder = template
        for key in way:
            holder = holder[key]
        holder[last] = copy.deepcopy(data.draw(ODD))
    for logical_id, resource in sam_resources(template).resources.items():
        assert isinstance(logical_id, str)
        assert isinstance(resource["Type"], str)
        assert isinstance(resource["Properties"], dict)
