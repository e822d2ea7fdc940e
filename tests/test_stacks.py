"""Templates that are deployed together are read together: parameters go down, outputs come up, imports find exports."""

from __future__ import annotations

import posixpath
import time
from collections.abc import Mapping
from typing import Any, Optional

import pytest
from checkov.cloudformation.parser.cfn_yaml import loads
from conftest import HANGING_SECONDS
from hypothesis import given, settings
from hypothesis import strategies as st
from test_intrinsics import ODD, plain

from sqs_checks.cloudformation.intrinsics.deployment_cases import ResourceIdentity, StackIdentity
from sqs_checks.cloudformation.stacks.stack_tree import Stack, StackTree
from sqs_checks.values.configuration_values import Attribute, Elements, Unknown, Value, only_possibility

CHILD = """
Parameters:
  DlqArn: {Type: String}
  Env: {Type: String, Default: dev}
  Arns: {Type: CommaDelimitedList, Default: none}
  Left: {Type: String, Default: as-is}
Mappings: {M: {Size: {dev: 1, production: 2}}}
Conditions:
  HasDlq: !Not [!Equals [!Ref DlqArn, ""]]
  IsProduction: !Equals [!Ref Env, production]
Resources:
  Work:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: !If [HasDlq, {deadLetterTargetArn: !Ref DlqArn}, !Ref AWS::NoValue]
      VisibilityTimeout: !FindInMap [M, Size, !Ref Env]
      Arns: !Ref Arns
      Left: !Ref Left
  Audit: {Type: AWS::SQS::Queue, Condition: IsProduction}
Outputs:
  WorkArn: {Value: !GetAtt Work.Arn}
  Account: {Value: !Ref AWS::AccountId}
  Name: {Value: !Sub "${Env}-${AWS::StackName}"}
"""
PARENT = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, AllowedValues: [dev, production]}
  Url: {Type: String, Default: child.yaml}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
Resources:
  Dead: {Type: AWS::SQS::Queue}
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./child.yaml
      Parameters: {DlqArn: !GetAtt Dead.Arn, Env: !Ref Stage, Arns: [!GetAtt Dead.Arn, x], Left: !Ref AWS::NoValue}
  Without:
    Type: AWS::CloudFormation::Stack
    Condition: IsDev
    Properties: {TemplateURL: child.yaml, Parameters: {DlqArn: ""}}
  App:
    Type: AWS::Serverless::Application
    Properties: {Location: child.yaml, Parameters: {DlqArn: !GetAtt Child.Outputs.WorkArn}}
  Bucket: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://b.s3.amazonaws.com/child.yaml"}}
  Chosen: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: !Ref Url}}
  Repository: {Type: AWS::Serverless::Application, Properties: {Location: {ApplicationId: a, SemanticVersion: 1.0.0}}}
  Synthesised:
    Type: AWS::CloudFormation::Stack
    Metadata: {"aws:asset:path": child.yaml, "aws:asset:property": TemplateURL}
    Properties: {TemplateURL: !Join ["", ["https://s3.", !Ref AWS::URLSuffix, /x.json]], Parameters: {DlqArn: !GetAtt Dead.Arn}}
  Open:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: !If [IsDev, {DlqArn: a}, {DlqArn: b}]}
"""


def tree(scanned: Mapping[str, str], others: Optional[Mapping[str, str]] = None) -> StackTree:
    templates = {file: loads(text, file) for file, text in scanned.items()}
    read = {file: loads(text, file) for file, text in (others or {}).items()}
    return StackTree(templates, read.get)


def cases(stack: Stack, node: Any) -> dict[str, Any]:
    return {one.case.words: plain(one.value) for one in stack.evaluator.cases(node)}


def properties(stack: Optional[Stack], logical_id: str) -> dict[str, Any]:
    assert stack is not None
    return {one.case.words: plain(one.value) for one in stack.evaluator.resource_cases(logical_id)}


FOLDERS = [("t/parent.yaml", "t/child.yaml"), ("parent.yaml", "child.yaml"), ("/abs/parent.yaml", "/abs/child.yaml")]


@pytest.mark.parametrize(("parent", "child"), FOLDERS)
@pytest.mark.parametrize("is_scanned", [True, False])
def test_parameters_go_down(parent: str, child: str, is_scanned: bool) -> None:
    """A nested stack has what the stack around sets its parameters to, in the cases of that one."""
    stacks = tree({parent: PARENT, child: CHILD}) if is_scanned else tree({parent: PARENT}, {child: CHILD})
    root = stacks.root(parent)
    dead = {"RedrivePolicy": {"deadLetterTargetArn": "<Dead.Arn>"}, "Arns": ["<Dead.Arn>", "x"], "Left": "as-is"}
    assert properties(root.child("Child"), "Work") == {
        "`Stage` is `dev`": {**dead, "VisibilityTimeout": 1},
        "`Stage` is `production`": {**dead, "VisibilityTimeout": 2},
    }
    assert properties(root.child("Child"), "Audit") == {"`Stage` is `production`": {}}
    plainer = {"Arns": ["none"], "Left": "as-is", "VisibilityTimeout": 1}
    assert properties(root.child("Without"), "Work") == {"`Stage` is `dev`": plainer}, "its own condition decides too"
    assert properties(root.child("Without"), "Audit") == {}, "a default that nobody can change decides"
    used = {"": {**plainer, "RedrivePolicy": {"deadLetterTargetArn": "<Work.Arn>"}}}
    assert properties(root.child("App"), "Work") == used, "an output of one goes into another"
    assert properties(root.child("Synthesised"), "Work") == {
        "": {**plainer, "RedrivePolicy": {"deadLetterTargetArn": "<Dead.Arn>"}}
    }
    unknown = properties(root.child("Open"), "Work")
    assert [one["Left"] for one in unknown.values()] == ["?"] * len(unknown), "nobody knows which parameters are set"


def test_outputs_come_up() -> None:
    """An output is what it is in the nested stack; of one that is not at hand nothing is known."""
    root = tree({"t/parent.yaml": PARENT, "t/child.yaml": CHILD}).root("t/parent.yaml")
    (found,) = root.evaluator.cases({"Fn::GetAtt": ["Child", "Outputs.WorkArn"]})
    assert isinstance(found.value, Attribute)
    assert found.value.owner == (StackIdentity("t/parent.yaml", ("Child",)), "Work")
    (account,) = root.evaluator.cases({"Fn::GetAtt": "Child.Outputs.Account"})
    assert account.value == root.evaluator.cases({"Ref": "AWS::AccountId"})[0].value, "the account is one"
    assert cases(root, {"Fn::GetAtt": "Child.Outputs.Name"}) == {
        "`Stage` is `dev`": "dev-<AWS::StackName>",
        "`Stage` is `production`": "production-<AWS::StackName>",
    }
    child = root.child("Child")
    assert child is not None
    assert child.defaults == root.defaults
    assert cases(root, {"Fn::GetAtt": "Child.Outputs.Gone"}) == {"": "!"}
    for name in ("Bucket", "Chosen", "Repository"):
        assert root.child(name) is None, name
        (output,) = root.evaluator.cases({"Fn::GetAtt": [name, "Outputs.WorkArn"]})
        assert output.value.reason == f"the template of the nested stack `{name}` is not at hand"


def test_each_deployment_of_a_template() -> None:
    """A template that another nests is deployed there, not by itself."""
    stacks = tree({"parent.yaml": PARENT, "child.yaml": CHILD, "alone.yaml": CHILD})
    paths = [stack.identity.path for stack in stacks.deployments("child.yaml")]
    assert paths == [("Child",), ("Without",), ("App",), ("Synthesised",), ("Open",)]
    assert [stack.identity for stack in stacks.deployments("alone.yaml")] == [StackIdentity("alone.yaml")]
    assert [stack.identity for stack in stacks.deployments("parent.yaml")] == [StackIdentity("parent.yaml")]
    assert len(stacks.stacks) == 3 + 5


def nested(file: str, **parameters: Any) -> dict[str, Any]:
    return {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": file, "Parameters": parameters}}


def test_circles_end() -> None:
    """Templates that nest one another, or feed one another, are unknown or refused, not endless."""
    around = {"Resources": {"A": nested("t.yaml"), "B": nested("u.yaml")}, "Outputs": {"O": {"Value": 1}}}
    stacks = StackTree({"t.yaml": around, "u.yaml": {"Resources": {"T": nested("t.yaml")}}})
    assert len(stacks.stacks) == 4
    fed = {"Parameters": {"P": {"Type": "String"}}, "Outputs": {"O": {"Value": {"Ref": "P"}}}}
    one, two = {"Fn::GetAtt": ["Two", "Outputs.O"]}, {"Fn::GetAtt": ["One", "Outputs.O"]}
    feeding = StackTree(
        {"p.yaml": {"Resources": {"One": nested("c.yaml", P=one), "Two": nested("c.yaml", P=two)}}, "c.yaml": fed}
    )
    (found,) = feeding.root("p.yaml").evaluator.cases(one)
    assert isinstance(found.value, Unknown)
    wide = {"Resources": {f"S{number}": nested("n0.yaml") for number in range(10)}}
    levels = {f"n{level}.yaml": {"Resources": {f"S{n}": nested(f"n{level + 1}.yaml") for n in range(10)}} for level in range(12)}
    many = StackTree({"w.yaml": wide, **levels})
    start = time.process_time()
    assert len(many.stacks) < 1_000
    assert many.is_cut
    assert time.process_time() - start < HANGING_SECONDS


PRODUCER = """
Parameters:
  Env: {Type: String, AllowedValues: [dev, production]}
  Any: {Type: String}
Resources: {Shared: {Type: AWS::SQS::Queue}, Other: {Type: AWS::SQS::Queue}}
Outputs:
  A: {Value: !GetAtt Shared.Arn, Export: {Name: shared-arn}}
  B: {Value: !GetAtt Other.Arn, Export: {Name: !Sub "${Env}-other-arn"}}
  C: {Value: !GetAtt Shared.Arn, Export: {Name: !Sub "${AWS::StackName}-SharedArn"}}
  D: {Value: !Ref Env, Export: {Name: env}}
  E: {Value: !Ref Env, Export: {Name: !Sub "env-${Env}"}}
  F: {Value: x, Export: {Name: !Ref AWS::NoValue}}
  G: {Value: x}
"""
IMPORTS: list[tuple[Any, Any, str]] = [
    ("shared-arn", "<Shared.Arn>", "a name as it is"),
    ({"Fn::Sub": "shared-${Part}"}, "<Shared.Arn>", "a name that is put together"),
    ("production-other-arn", "<Other.Arn>", "a name that the exporter puts together"),
    ("env-production", "production", "the exporter's value is that of the stack which exports this name"),
    ("gone", "?", "nobody exports it"),
    ("env", ["dev", "production"], "its value depends on the exporter's deployment"),
    ({"Fn::Sub": "${Open}-SharedArn"}, ["<Shared.Arn>"], "one that it may be"),
    ({"Fn::Sub": "${Open}-arn"}, ["<Shared.Arn>", "<Other.Arn>"], "several that it may be, all others it is not"),
    ("mine-SharedArn", ["<Shared.Arn>"], "a stack may be called so"),
    ({"Ref": "Queue"}, "?", "any at all"),
]


@pytest.mark.parametrize(("name", "expected", "why"), IMPORTS, ids=lambda value: str(value)[:50])
def test_imports(name: Any, expected: Any, why: str) -> None:
    """An import is what some scanned stack exports under that name; where the name is not known, one of those it may be."""
    consumer = {
        "Parameters": {"Part": {"Type": "String", "AllowedValues": ["arn"]}, "Open": {"Type": "String"}},
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
    }
    stacks = StackTree({"c.yaml": consumer, "p.yaml": loads(PRODUCER, "p.yaml")})
    (found,) = stacks.root("c.yaml").evaluator.cases({"Fn::ImportValue": name})
    value: Value = found.value
    if isinstance(expected, list):
        assert isinstance(value, Unknown)
        assert sorted(map(str, map(plain, value.among))) == sorted(expected), why
        assert only_possibility(value) is value, "another stack may export the name"
    else:
        assert plain(value) == expected, why
    if isinstance(value, Attribute):
        assert isinstance(value.owner, ResourceIdentity)
        assert value.owner.stack == StackIdentity("p.yaml")


def test_two_exporters_of_one_name() -> None:
    """Two scanned templates that export one name are deployed in two places: it is one of both."""
    one, two = ({"Outputs": {"A": {"Value": value, "Export": {"Name": "n"}}}} for value in ("x", "y"))
    stacks = StackTree({"a.yaml": one, "b.yaml": two, "c.yaml": {}})
    (found,) = stacks.root("c.yaml").evaluator.cases({"Fn::ImportValue": "n"})
    assert found.value.among == ("x", "y")


def test_many_exports_and_imports() -> None:
    """Three hundred exports times three hundred imports, none of whose names is known, take no time."""
    producers: dict[str, Any] = {}
    for number in range(30):
        outputs = {
            f"A{one}": {
                "Value": {"Fn::GetAtt": ["Q", "Arn"]},
                "Export": {"Name": {"Fn::Sub": f"${{AWS::StackName}}-{number}-{one}"}},
            }
            for one in range(10)
        }
        producers[f"p{number}.yaml"] = {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}, "Outputs": outputs}
    names = [{"Fn::Sub": f"${{S}}-{number % 30}-{number % 10}"} for number in range(300)]
    resources = {f"M{number}": {"Type": "T", "Properties": {"A": {"Fn::ImportValue": name}}} for number, name in enumerate(names)}
    stacks = StackTree({**producers, "c.yaml": {"Parameters": {"S": {"Type": "String"}}, "Resources": resources}})
    evaluator = stacks.root("c.yaml").evaluator
    start = time.process_time()
    for logical_id in resources:
        (found,) = evaluator.resource_cases(logical_id)
        assert len(found.value.items["A"].among) == 1
    assert time.process_time() - start < HANGING_SECONDS


FILES = ["a.yaml", "b.yaml", "c/d.yaml"]
STACKS = st.fixed_dictionaries(
    {"Type": st.sampled_from(["AWS::CloudFormation::Stack", "AWS::Serverless::Application"]), "Properties": st.one_of(
        ODD,
        st.fixed_dictionaries(
            {"TemplateURL": st.sampled_from([*FILES, "../a.yaml", "d.yaml", ""]) | ODD},
            optional={"Parameters": ODD, "Location": st.sampled_from(FILES) | ODD},
        ),
    )},
    optional={"Metadata": ODD, "Condition": ODD},
)  # fmt: skip
OUTPUTS = st.dictionaries(
    st.sampled_from(["A", "B"]), ODD | st.fixed_dictionaries({"Value": ODD, "Export": st.fixed_dictionaries({"Name": ODD})})
)
TEMPLATES = st.fixed_dictionaries(
    {"Resources": st.dictionaries(st.sampled_from(["A", "B"]), STACKS, max_size=2)},
    optional={"Outputs": OUTPUTS, "Parameters": ODD, "Conditions": ODD, "Transform": ODD},
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(FILES), TEMPLATES | ODD, max_size=3), ODD)
def test_no_templates_raise(templates: dict[str, Any], node: Any) -> None:
    """Whatever the files of a scan hold."""
    stacks = StackTree(templates, {posixpath.normpath(file): node for file in FILES}.get)
    for stack in stacks.stacks:
        for name in stack.evaluator.resources:
            stack.evaluator.resource_cases(name)
            stack.evaluator.cases({"Fn::GetAtt": [name, "Outputs.A"]})
    for file in FILES:
        evaluator = stacks.root(file).evaluator
        evaluator.cases({"Fn::ImportValue": node})
        assert stacks.deployments(file)


def test_a_list_in_pieces() -> None:
    """A list parameter that one ARN goes into is a list of that ARN."""
    child = {"Parameters": {"L": {"Type": "CommaDelimitedList"}}}
    parent = {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}, "C": nested("c.yaml", L={"Fn::GetAtt": ["Q", "Arn"]})}}
    stack = StackTree({"p.yaml": parent, "c.yaml": child}).root("p.yaml").child("C")
    assert stack is not None
    (found,) = stack.evaluator.cases({"Ref": "L"})
    assert isinstance(found.value, Elements)
    assert plain(found.value) == ["<Q.Arn>"]
