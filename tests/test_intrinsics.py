"""CloudFormation's values, case by case: what a deployment makes of a node lies in the case that it falls in, or is unknown."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from typing import Any, Optional

import pytest
from checkov.cloudformation.parser.cfn_yaml import loads
from conftest import HANGING_SECONDS
from hypothesis import given, settings
from hypothesis import strategies as st

from sqs_checks.cloudformation.intrinsics.deployment_cases import ANY, Case, Choice, StackIdentity
from sqs_checks.cloudformation.intrinsics.template_evaluator import TemplateEvaluator
from sqs_checks.cloudformation.intrinsics.template_scalars import Refused
from sqs_checks.cloudformation.intrinsics.value_comparisons import may_be_equal
from sqs_checks.values.configuration_values import Attribute, Elements, Entries, PiecedText, Unknown, Value

STACK = StackIdentity("t.yaml")
TEMPLATE = """
Transform: [AWS::LanguageExtensions]
Parameters:
  Env: {Type: String, AllowedValues: [dev, test, production], Default: test}
  Open: {Type: String}
  Chosen: {Type: String}
  Changed: {Type: String, Default: usual}
  KeyArn: {Type: String, Default: ""}
  Named: {Type: String, MinLength: 1}
  Pattern: {Type: String, AllowedPattern: "^[a-z]+$"}
  Count: {Type: Number, AllowedValues: [1, 2], Default: 2}
  Size: {Type: Number, MinValue: 10}
  Flag: {Type: String, AllowedValues: [true, false], Default: false}
  List: {Type: CommaDelimitedList}
  Empty: {Type: CommaDelimitedList, Default: ""}
  Picked: {Type: CommaDelimitedList, AllowedValues: [a, b]}
  Looked: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a/b, AllowedValues: [/a/b]}
Mappings:
  Stage:
    dev: {Account: "111111111111", Names: [a, b], Size: 5, Same: x}
    test: {Account: "222222222222", Names: [c], Size: 6, Same: x}
  ByRegion: {us-east-1: {Account: "1"}, eu-west-1: {Account: "2"}, eu-west-2: {Account: "2"}}
  ByAccount: {111111111111: {Name: one}}
Conditions:
  IsProduction: !Equals [!Ref Env, production]
  IsNotProduction: !Not [!Condition IsProduction]
  HasKey: !Not [!Equals [!Ref KeyArn, ""]]
  IsNamed: !Not [!Equals [!Ref Named, ""]]
  HasPattern: !Not [!Equals [!Ref Pattern, ""]]
  IsSmall: !Equals [!Ref Size, 5]
  IsFlag: !Equals [!Ref Flag, true]
  IsUs: !Equals [!Ref "AWS::Region", us-east-1]
  HasList: !Not [!Equals [!Join ["", !Ref List], ""]]
  Both: !And [!Condition IsProduction, !Condition HasKey]
  Either: !Or [!Condition IsProduction, !Condition HasKey]
  IsLiteral: !Equals [a, a]
  IsCase: !Equals [a, A]
  HasQueue: !Not [!Equals [!Ref Queue, ""]]
  ByMapping: !Equals [!FindInMap [Stage, !Ref Env, Account], "111111111111"]
  Compared: !Equals [!Select [0, !Split ["-", !Ref Open]], x]
  Around: !Condition Around
  Broken: {Fn::Foo: [a]}
  "Fn::ForEach::Conditions": [Which, [a, b], {"Is${Which}": !Equals [!Ref Chosen, !Ref Which]}]
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Nested: {Type: AWS::CloudFormation::Stack}
"""


def evaluator(template: str = TEMPLATE) -> TemplateEvaluator:
    return TemplateEvaluator(loads(template, "t.yaml"), STACK)


def plain(value: Value) -> Any:
    """A value for a table: attributes in angles, what is not known as `?`, what is refused as `!`."""
    if isinstance(value, Elements):
        return [plain(item) for item in value.items]
    if isinstance(value, Entries):
        return {name: plain(item) for name, item in value.items.items()}
    if isinstance(value, PiecedText):
        return "".join(piece if isinstance(piece, str) else plain(piece) for piece in value.pieces)
    if isinstance(value, Attribute):
        return f"<{value.label}>"
    return "!" if isinstance(value, Refused) else "?" if isinstance(value, Unknown) else value


EVALUATOR = evaluator()
PRODUCTION, OTHER = "`Env` is `production`", "`Env` is not `production`"
TEST_ENV, DEV = "`Env` is `test`", "`Env` is `dev`"
VALUES: list[tuple[str, Any, str]] = [
    # Scalars
    ("a", "a", "a text"),
    ("5", 5, "a number stays one"),
    ("1.0", 1, "a whole number is one however it is written"),
    ("true", True, "a boolean stays one"),
    ("2012-10-17", "2012-10-17", "a date is a text"),
    ("[a, !Ref AWS::NoValue, b]", ["a", "b"], "an element that is no value is removed"),
    ("{A: !Ref AWS::NoValue, B: 1}", {"B": 1}, "a property that is no value is removed"),
    ("!Ref AWS::NoValue", None, "no value alone is absent"),
    # Ref and GetAtt
    ("!Ref Queue", "<Queue>", "a resource is what it is"),
    ("!GetAtt Queue.Arn", "<Queue.Arn>", "with a dot"),
    ("Fn::GetAtt: Queue.Arn", "<Queue.Arn>", "with a dot, in the long form"),
    ("Fn::GetAtt: [Queue, Arn]", "<Queue.Arn>", "as a list"),
    ("Fn::GetAtt: [Queue, !Sub 'Arn']", "<Queue.Arn>", "the attribute's name may be worked out"),
    ("Fn::GetAtt: [Queue]", "!", "an attribute needs a name"),
    ("Fn::GetAtt: Queue", "!", "here too"),
    ("!Ref AWS::AccountId", "<AWS::AccountId>", "a pseudo parameter is one of the stack's"),
    ("!Ref Made", "<Made>", "transforms make resources that are not written"),
    ("!Ref Open", "?", "a parameter that anything may be"),
    ("!Ref Changed", "?", "its default decides nothing"),
    ("!Ref Env", {TEST_ENV: "test", DEV: "dev", PRODUCTION: "production"}, "each allowed value, the default first"),
    ("!Ref Count", {"`Count` is `2`": "2", "`Count` is `1`": "1"}, "a number becomes a text"),
    ("!Ref Flag", {"`Flag` is `false`": "false", "`Flag` is `true`": "true"}, "a boolean becomes a text"),
    ("!Ref KeyArn", {"`KeyArn` is empty": "", "`KeyArn` is not empty": "?"}, "what conditions compare it with, and the rest"),
    ("!Ref Named", "?", "not compared with what it cannot be"),
    ("!Ref List", "?", "a list that is not known"),
    ("!Ref Picked", "?", "AllowedValues of a list are those of its elements"),
    ("!Ref Looked", "?", "the default is the name that it is looked up by"),
    ("{Ref: [a]}", "!", "a reference needs a name"),
    # Sub
    ("!Sub 'a-${Queue}-b'", "a-<Queue>-b", "a resource in a text"),
    ("!Sub '${Queue.Arn}'", "<Queue.Arn>", "alone it is the attribute itself"),
    ("!Sub '${Queue.Arn}/*'", "<Queue.Arn>/*", "and in pieces with more"),
    ("!Sub 'a${!b}c'", "a${b}c", "a literal"),
    ("!Sub '${AWS::Region}.${AWS::URLSuffix}'", "<AWS::Region>.<AWS::URLSuffix>", "pseudo parameters"),
    ("!Sub ['${a}-${Queue.Arn}', {a: !GetAtt Queue.QueueName}]", "<Queue.QueueName>-<Queue.Arn>", "with a map"),
    ("!Sub ['${a}${b}', {a: 5, b: true}]", "5true", "numbers and booleans become text"),
    ("!Sub ['${a}', {a: [x]}]", "!", "a list does not"),
    ("!Sub ['${Env}', {Env: mine}]", "mine", "the map goes before the parameters"),
    ("!Sub ['${__Name__}', {__Name__: x}]", "x", "SAM writes such names"),
    ("!Sub '${Env}'", {TEST_ENV: "test", DEV: "dev", PRODUCTION: "production"}, "a parameter"),
    ("!Sub '${aws:username}'", "!", "a variable of a policy has to be written otherwise"),
    ("!Sub '${FnRole.Arn}'", "<FnRole.Arn>", "a resource that the template may have from a transform"),
    ("!Ref Queue.Alias", "<Queue.Alias>", "SAM's own reference"),
    ("!Sub '${a b}'", "!", "no name"),
    ("!Sub '${}'", "!", "no name at all"),
    ("!Sub 'a ${b'", "a ${b", "an opening that is never closed"),
    ("!Sub '$${Queue}'", "$<Queue>", "a dollar before"),
    ("!Sub [a]", "a", "a list of one"),
    ("!Sub {a: b}", "!", "no text"),
    # Join, Split, Select
    ("!Join ['-', [a, 5, true, !Ref Queue]]", "a-5-true-<Queue>", "joined"),
    ("!Join ['', []]", "", "nothing joined"),
    ("!Join ['-', [a, !Ref AWS::NoValue, b]]", "a-b", "no value is no element"),
    ("!Join ['-', !Split [',', 'a,b']]", "a-b", "of a split text"),
    ("!Join ['-', !Ref List]", "?", "a list that is not known"),
    ("!Join ['', !Ref Empty]", "?", "the default of a list decides nothing"),
    ("!Join ['-', a]", "!", "no list"),
    ("!Join ['-']", "!", "one argument"),
    ("!Join ['-', [a, {Fn::Transform: {Name: T}}]]", "?", "an element that may be none"),
    ("!Select [1, [{Fn::Transform: {Name: T}}, b, c]]", "?", "of a list of which one before may be none"),
    ("Fn::Length: [{Fn::Transform: {Name: T}}, b]", "?", "its length"),
    ("!Join ['-', [[a]]]", "!", "a list in a list"),
    ("!Split [',', 'a,b,']", ["a", "b", ""], "an empty piece is one"),
    ("!Split [',', !Sub '${Queue.Arn},${Nested}']", ["<Queue.Arn>", "<Nested>"], "ARNs and references hold no comma"),
    ("!Split [':', !GetAtt Queue.Arn]", "?", "but colons"),
    ("!Split ['', a]", "!", "by nothing"),
    ("!Select [1, [a, b]]", "b", "an element"),
    ("!Select ['1', [a, b]]", "b", "its number as a text"),
    ("!Select [!Ref Count, [a, b, c]]", {"`Count` is `2`": "c", "`Count` is `1`": "b"}, "its number a parameter"),
    ("!Select [2, [a, b]]", "!", "no such element"),
    ("!Select [-1, [a, b]]", "!", "no number of an element"),
    ("!Select [0, !GetAZs '']", "?", "of a list that is not known"),
    ("!Select [4, !Split [':', 'arn:aws:sqs:eu-west-1:1:q']]", "1", "of a split text"),
    # FindInMap
    ("!FindInMap [Stage, dev, Account]", "111111111111", "literal keys"),
    ("!FindInMap [Stage, dev, Names]", ["a", "b"], "a list"),
    ("!FindInMap [Stage, dev, Size]", 5, "a number"),
    ("!FindInMap [ByAccount, '111111111111', Name]", "one", "a key that YAML takes for a number"),
    ("!FindInMap [Stage, !Ref Env, Account]", {TEST_ENV: "222222222222", DEV: "111111111111"},
     "a parameter is one of the keys: without one no stack is made"),
    ("!If [IsProduction, !FindInMap [Stage, !Ref Env, Account], none]", {OTHER: "none"}, "no key, no stack"),
    ("!FindInMap [Stage, !Join ['', [a, b]], Account]", "!", "in no case a key"),
    ("!FindInMap [Stage, !Ref Env, Same]", {OTHER: "x"}, "keys that hold the same are not told apart"),
    ("!FindInMap [Stage, !Ref Open, Account]", {"`Open` is `dev`": "111111111111", "`Open` is `test`": "222222222222"},
     "of a parameter that anything may be too"),
    ("!FindInMap [Stage, !Sub '${Env}', Account]", {TEST_ENV: "222222222222", DEV: "111111111111"}, "written otherwise"),
    ("!FindInMap [Stage, !Sub '${Open}', Account]", {"`Open` is `dev`": "111111111111", "`Open` is `test`": "222222222222"},
     "a text that is nothing but a parameter is that parameter"),
    ("!FindInMap [Stage, !Join ['', [!Ref Env]], Account]", {TEST_ENV: "222222222222", DEV: "111111111111"}, "worked out"),
    ("!FindInMap [Stage, !Ref Env, Account, {DefaultValue: none}]",
     {TEST_ENV: "222222222222", DEV: "111111111111", PRODUCTION: "none"}, "a default for the other keys"),
    ("!FindInMap [Stage, gone, Account, {DefaultValue: none}]", "none", "a default"),
    ("!FindInMap [Stage, gone, Account]", "!", "no such key"),
    ("!FindInMap [Gone, dev, Account]", "!", "no such mapping"),
    ("!FindInMap [Stage, dev, !If [IsProduction, Account, Same]]", {OTHER: "x", PRODUCTION: "111111111111"}, "by condition"),
    ("!FindInMap [ByRegion, !Ref 'AWS::Region', Account]",
     {"`AWS::Region` is `us-east-1`": "1", "`AWS::Region` is `eu-west-1` or `eu-west-2`": "2"}, "by region"),
    ("!FindInMap [Stage, !Select [0, !Split ['-', !Ref Open]], Account]", "?", "a key of which nothing is known"),
    # If
    ("!If [IsProduction, a, b]", {OTHER: "b", PRODUCTION: "a"}, "a condition"),
    ("!If [IsNotProduction, a, b]", {OTHER: "a", PRODUCTION: "b"}, "its opposite"),
    ("!If [IsProduction, a, !Ref Env]", {TEST_ENV: "test", DEV: "dev", PRODUCTION: "a"}, "a parameter under a condition"),
    ("!If [IsProduction, a, a]", "a", "both alike"),
    ("{A: !If [IsProduction, a, !Ref AWS::NoValue]}", {OTHER: {}, PRODUCTION: {"A": "a"}}, "absent in one case"),
    ("!If [HasKey, !Ref KeyArn, none]", {"`KeyArn` is empty": "none", "`KeyArn` is not empty": "?"}, "where it is not empty"),
    ("[!If [HasKey, 1, 2], !If [HasKey, 3, 4]]", {"`KeyArn` is empty": [2, 4], "`KeyArn` is not empty": [1, 3]},
     "one condition is one condition"),
    ("!If [IsNamed, a, b]", "a", "a parameter with a least length is not empty"),
    ("!If [HasPattern, a, b]", "a", "nor one with a pattern that takes a character"),
    ("!If [IsSmall, a, b]", "b", "nor is a number below its least"),
    ("!If [IsFlag, a, b]", {"`Flag` is `false`": "b", "`Flag` is `true`": "a"}, "a boolean is compared as a text"),
    ("!If [IsUs, a, b]", {"`AWS::Region` is `us-east-1`": "a", "`AWS::Region` is not `us-east-1`": "b"}, "a region"),
    ("!If [HasList, a, b]", {"`HasList` is true": "a", "`HasList` is false": "b"}, "called by its condition"),
    ("!If [Compared, a, b]", {"`Compared` is true": "a", "`Compared` is false": "b"}, "the same"),
    ("!If [IsLiteral, a, b]", "a", "literals"),
    ("!If [IsCase, a, b]", "b", "case matters"),
    ("!If [HasQueue, a, b]", "a", "a reference to a resource is not empty"),
    ("!If [ByMapping, a, b]", {TEST_ENV: "b", DEV: "a"}, "through a mapping"),
    ("!If [Broken, a, b]", {"`Broken` is true": "a", "`Broken` is false": "b"}, "a condition that nobody understands"),
    ("!If [Around, a, b]", {"`Around` is true": "a", "`Around` is false": "b"}, "one that depends on itself"),
    ("!If [Gone, a, b]", {"`Gone` is true": "a", "`Gone` is false": "b"}, "one that is not there"),
    ("!If [Isa, x, !If [Isb, y, z]]", {"`Chosen` is `a`": "x", "`Chosen` is `b`": "y", "`Chosen` is neither `a` nor `b`": "z"},
     "conditions that a loop makes"),
    ("!If [Both, a, b]", {OTHER: "b", f"{PRODUCTION} and `KeyArn` is empty": "b", f"{PRODUCTION} and `KeyArn` is not empty": "a"},
     "only what matters is looked at"),
    ("!If [[], a, b]", "!", "no condition"),
    ("!If [IsProduction, a]", "!", "two arguments"),
    ("!Equals [a, a]", "!", "conditions stand elsewhere"),
    # Others
    ("Fn::Base64: abc", "YWJj", "known"),
    ("Fn::Base64: !Sub '${Queue}'", "?", "not known"),
    ("!Cidr [10.0.0.0/24, 2, 6]", ["10.0.0.0/26", "10.0.0.64/26"], "address blocks"),
    ("!Cidr [10.0.0.0/24, 2]", "!", "that do not fit"),
    ("!GetAZs ''", "?", "zones"),
    ("!ImportValue x", "?", "of a stack that is not at hand"),
    ("Fn::Length: [a, b]", 2, "a length"),
    ("Fn::Length: !Ref List", "?", "that is not known"),
    ("Fn::Length: a", "!", "of a text"),
    ("Fn::ToJsonString: {b: 1, a: [true, x, !Ref Queue]}", '{"b":1,"a":[true,"x","<Queue>"]}', "in the order that is written"),
    ("Fn::ToJsonString: {b: !Ref AWS::NoValue, a: '<'}", '{"a":"<"}', "no value is left out, nothing escaped"),
    ("Fn::ToJsonString: a", "!", "of a text"),
    ("Fn::Transform: {Name: AWS::Include}", "?", "a transform"),
    ("{a: 1, Fn::Transform: {Name: AWS::Include}}", "?", "a transform beside others"),
    ("{a: 1, Fn::Sub: x}", "!", "a function beside others"),
    ("Fn::New: x", "?", "a function that nobody knows"),
    ("'{{resolve:ssm:/a/b}}'", "?", "a dynamic reference"),
    ("'a{{resolve:ssm:/a/b}}c'", "a?c", "in a text"),
    ("!Sub '{{resolve:ssm:/${Queue}/b}}'", "?", "put together"),
    ("!Join ['', ['{{resolve:ssm:', /a, '}}']]", "?", "and so"),
    ("'{{a}}'", "{{a}}", "something else"),
    # Loops
    ("Fn::ForEach::Keys: [Name, [a, b], {'Key${Name}': !Sub '${Name}!'}]", {"Keya": "a!", "Keyb": "b!"}, "in properties"),
    ("Fn::ForEach::Keys: [Name, [a-1, b], {'Key&{Name}': !Ref Name}]", {"Keya1": "a-1", "Keyb": "b"}, "letters and digits only"),
    ("{x: 1, 'Fn::ForEach::Keys': [Name, [], {'Key${Name}': 1}]}", {"x": 1}, "over nothing"),
    ("Fn::ForEach::Keys: [Name, !Ref List, {'Key${Name}': 1}]", "?", "over what is not known"),
    ("Fn::ForEach::A: [X, [a, b], {'Fn::ForEach::B': [Y, [c], {'${X}${Y}': !Ref X}]}]", {"ac": "a", "bc": "b"}, "loops in loops"),
    ("Fn::ForEach::Keys: [Name, !FindInMap [Stage, !Ref Env, Names], {'K${Name}': 1}]",
     {TEST_ENV: {"Kc": 1}, DEV: {"Ka": 1, "Kb": 1}}, "over a mapping by a parameter"),
    ("Fn::ForEach::Keys: [Name]", "!", "no loop"),
]  # fmt: skip


@pytest.mark.parametrize(("node", "expected", "why"), VALUES, ids=[row[0] for row in VALUES])
def test_values(node: str, expected: Any, why: str) -> None:
    """Each function in each form: the one value that it has, or what it is in each case."""
    found = EVALUATOR.cases(loads(f"Node:\n  {node}", "n.yaml")["Node"])
    by_case = {one.case.words: plain(one.value) for one in found}
    assert by_case.get("", by_case) == expected, why
    assert list(by_case) == (list(expected) if "" not in by_case else [""]), "the default first"


REASONS = [
    ("!Ref Open", "the parameter `Open` is known only when the stack is made"),
    ("!Ref Changed", "the parameter `Changed` can be changed when the stack is made"),
    ("!Ref Looked", "the parameter `Looked` is looked up in Systems Manager when the stack is made"),
    ("!Join [',', !Ref List]", "the parameter `List` is known only when the stack is made"),
    ("!Select [0, !Split ['-', !Ref Open]]", "the parameter `Open` is known only when the stack is made"),
    ("'{{resolve:ssm:/a/b}}'", "`{{resolve:ssm:/a/b}}` is looked up when the stack is made"),
    ("!Sub '{{resolve:ssm:/${Queue}/b}}'", "`{{resolve:ssm:/${Queue}/b}}` is looked up when the stack is made"),
    ("{Ref: Fn::Foo}", None),
    ("!FindInMap [Gone, dev, Account]", "the mapping `Gone` holds nothing for it"),
    ("!Sub '${a b}'", "`a b` is no name that CloudFormation puts a value in for"),
]


@pytest.mark.parametrize(("node", "reason"), REASONS)
def test_reasons_name_the_value(node: str, reason: Optional[str]) -> None:
    """A reason says which value is not known and is no Python."""
    (found,) = EVALUATOR.cases(loads(f"Node:\n  {node}", "n.yaml")["Node"])
    if reason is not None:
        assert found.value.reason == reason


@pytest.mark.parametrize(
    ("text", "pieces", "expected"),
    [
        ("abc", ("a", None, "c"), True),
        ("ac", ("a", None, "c"), True),
        ("aba", ("ab", None, "ba"), False),
        ("abc", (None, "b", None), True),
        ("abc", (None, "d", None), False),
        ("a-b", ("a-", None, "-", None), False),
        ("xbya", ("x", None, "y", None, "b", None), False),
        ("", (None,), True),
        ("x", ("a", None), False),
        ("x", (None, "a"), False),
    ],
)
def test_what_pieces_may_be(text: str, pieces: tuple[Optional[str], ...], expected: bool) -> None:
    """None stands for what is not known."""
    assert may_be_equal(text, pieces) == expected


def test_a_list_that_may_be_empty() -> None:
    """What an empty list parameter is nobody says: what is the same for both readings is known."""
    for node, expected in (("!Join ['', !Ref Empty]", ""), ("!Ref Empty", "?"), ("!Select [0, !Ref Empty]", "?")):
        (found,) = EVALUATOR.cases(loads(f"Node: {node}", "n.yaml")["Node"], EVALUATOR.defaults)
        assert plain(found.value) == expected


def test_transforms_make_more() -> None:
    """Where a transform puts resources in, nobody knows all; without any, a name that is not there is refused."""
    assert evaluator("Resources: {Q: {Type: T}, Fn::Transform: {Name: AWS::Include}}").is_cut
    bare = evaluator("Resources: {Q: {Type: T}}")
    assert list(bare.resources) == ["Q"]
    assert not bare.is_cut
    assert plain(bare.cases({"Ref": "Gone"})[0].value) == "!"
    assert plain(bare.cases({"Fn::ToJsonString": {}})[0].value) == "!", "without the transform there is no such function"
    assert plain(bare.cases({"Fn::ForEach::X": ["A", ["b"], {"${A}": 1}]})[0].value) == "!"


def test_what_it_is_by_default() -> None:
    """The defaults are a case of their own, asked for by name."""
    for node, expected in ((("Ref", "Changed"), "usual"), (("Ref", "Env"), "test"), (("Ref", "KeyArn"), "")):
        (found,) = EVALUATOR.cases(dict([node]), EVALUATOR.defaults)
        assert found.value == expected
    (without,) = EVALUATOR.cases({"Ref": "Open"}, EVALUATOR.defaults)
    assert isinstance(without.value, Unknown), "one without a default stays open"
    assert "`Open`" not in EVALUATOR.defaults.words


def test_more_cases_than_are_looked_at() -> None:
    """What depends on too much is unknown, all else is known; what may be no value may not be there."""
    node = loads("Node: [!If [IsProduction, x, !Ref AWS::NoValue], !If [IsProduction, x, y], z]", "n.yaml")["Node"]
    (found,) = EVALUATOR.cases(node, most=1)
    absent, either, known = found.value.items
    assert (absent.not_null, either.not_null, known) == (False, True, "z")
    assert either.among == ("x", "y")
    assert either.reason == "whether `IsProduction` is true is known only when the stack is made"


def test_loops_of_nothing_make_nothing() -> None:
    """However many there are."""
    empty = TemplateEvaluator(loops({}, 6), STACK)
    assert not empty.is_cut
    assert list(empty.resources) == ["R"]
    assert plain(empty.resource_cases("R")[0].value) == {}


RESOURCES = """
Transform: AWS::LanguageExtensions
Parameters:
  Env: {Type: String, AllowedValues: [dev, production]}
  Names: {Type: CommaDelimitedList, Default: "a, b"}
  Unnamed: {Type: CommaDelimitedList}
  Other: {Type: String}
Mappings: {M: {Names: {dev: [x], production: [x, y]}}}
Conditions:
  IsProduction: !Equals [!Ref Env, production]
  IsDev: !Not [!Condition IsProduction]
  Either: !Or [!Condition IsProduction, !Equals [!Ref Other, x]]
  Never: !And [!Condition IsProduction, !Condition IsDev]
Resources:
  Always: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "q-${Env}"}}
  InProduction: {Type: AWS::SQS::Queue, Condition: IsProduction, Properties: {QueueName: !Sub "q-${Env}"}}
  InDev: {Type: AWS::SQS::Queue, Condition: IsDev}
  InEither: {Type: AWS::SQS::Queue, Condition: Either}
  NotAtAll: {Type: AWS::SQS::Queue, Condition: Never}
  Odd: {Type: {a: b}, Condition: [c]}
  Fn::ForEach::Known: [N, [k, l], {"Queue${N}": {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref N}}}]
  Fn::ForEach::Mapped: [N, !FindInMap [M, Names, !Ref Env], {"Mapped${N}": {Type: AWS::SQS::Queue}}]
  Fn::ForEach::Listed: [N, !Ref Names, {"Listed${N}": {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${N}-${Env}"}}}]
  Fn::ForEach::Open: [N, !Ref Unnamed, {"Open${N}": {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "q-${N}"}}}]
"""


def test_resources_and_when_they_are_made() -> None:
    """Loops make resources, conditions and collections decide in which cases; the cases of two can be put together."""
    ours = evaluator(RESOURCES)
    made = {name: {one.case.words: plain(one.value) for one in ours.exists(name)} for name in ours.resources}
    assert made == {
        "Always": {"": True},
        "InProduction": {"`Env` is `production`": True, "`Env` is `dev`": False},
        "InDev": {"`Env` is `production`": False, "`Env` is `dev`": True},
        "InEither": {
            "`Env` is `production`": True,
            "`Env` is `dev` and `Other` is `x`": True,
            "`Env` is `dev` and `Other` is not `x`": False,
        },
        "NotAtAll": {"": False},
        "Odd": {"the condition of `Odd` is true": True, "the condition of `Odd` is false": False},
        "Queuek": {"": True},
        "Queuel": {"": True},
        "Mappedx": {"": True},
        "Mappedy": {"`Env` is `dev`": False, "`Env` is `production`": True},
        "Listeda": {"the presence of `a` in `Names` is true": True},
        "Listedb": {"the presence of `b` in `Names` is true": True},
        "Open${N}": {"": "?"},
    }
    assert ours.is_cut, "nobody knows all of `Names`"
    for name, expected in {
        "InProduction": {"`Env` is `production`": {"QueueName": "q-production"}},
        "InDev": {"`Env` is `dev`": {}},
        "InEither": {"`Env` is `production`": {}, "`Env` is `dev` and `Other` is `x`": {}},
        "NotAtAll": {},
        "Queuek": {"": {"QueueName": "k"}},
    }.items():
        assert {one.case.words: plain(one.value) for one in ours.resource_cases(name)} == expected
    assert ours.can_exist_together(["InProduction", "Always", "Mappedy"]).is_yes
    assert ours.can_exist_together(["InProduction", "InDev"]).is_no
    assert ours.can_exist_together(["InDev", "Mappedy"]).is_no
    (production,) = ours.existing(["InProduction"])
    assert plain(ours.cases({"Fn::Sub": "${Env}"}, production.case)[0].value) == "production"
    (opened,) = ours.resource_cases("Open${N}")
    assert plain(opened.value) == {"QueueName": "q-?"}


@pytest.mark.parametrize(
    ("left", "right", "merged"),
    [
        (Choice(("a", "b")), Choice(("b", "c")), Choice(("b",))),
        (Choice(("a",)), Choice(("b",)), None),
        (Choice(("a",), True), Choice(("a", "b")), Choice(("b",))),
        (Choice(("a",), True), Choice(("b",), True), Choice(("a", "b"), True)),
    ],
)
def test_cases_are_merged(left: Choice, right: Choice, merged: Optional[Choice]) -> None:
    """Two cases are one where they do not exclude each other."""
    variable = EVALUATOR.parameters.variable_of({"Ref": "Open"})
    assert variable is not None
    found = ANY.narrowed(variable, left).merged(ANY.narrowed(variable, right))
    assert found == (None if merged is None else Case({variable: merged}))


# A deployment by brute force: no cases, no memory; parameters are what they are.

OPTIONS: Mapping[str, list[str]] = {"P": ["a", "b", "c"], "Q": ["a", "x"], "R": ["", "b"]}
MAPS: dict[str, dict[str, dict[str, Any]]] = {
    "M": {"a": {"a": "1", "x": "2"}, "b": {"a": "1", "x": ["3", "4"]}},
    "N": {"k": {"a": "1", "b": "2", "c": "2"}},
}
CONDITION_NAMES = ["C0", "C1", "C2"]


class RefusedError(Exception):
    """CloudFormation makes no stack of it."""


class Deployment:
    """The reference: one assignment of the parameters."""

    def __init__(self, conditions: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        self.conditions = conditions
        self.parameters = parameters

    def value(self, node: Any) -> Any:
        if isinstance(node, list):
            return [item for item in map(self.value, node) if item is not None]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name == "Ref":
                return None if argument == "AWS::NoValue" else self.parameters[argument]
            if name == "Fn::If":
                return self.value(argument[1 if self.holds(self.conditions[argument[0]]) else 2])
            if name == "Fn::Join":
                return argument[0].join(map(self.text, self.value(argument[1])))
            if name == "Fn::Sub":
                text = argument
                for parameter, value in self.parameters.items():
                    text = text.replace(f"${{{parameter}}}", value)
                return text
            if name == "Fn::Select":
                items = self.value(argument[1])
                if int(argument[0]) >= len(items):
                    raise RefusedError
                return items[int(argument[0])]
            if name == "Fn::Split":
                return self.text(self.value(argument[1])).split(argument[0])
            if name == "Fn::FindInMap":
                keys = [self.text(self.value(key)) for key in argument[1:]]
                found = MAPS[argument[0]].get(keys[0], {}).get(keys[1])
                if found is None:
                    raise RefusedError
                return found
        found = {key: self.value(item) for key, item in node.items()}
        return {key: item for key, item in found.items() if item is not None}

    @staticmethod
    def text(value: Any) -> str:
        if isinstance(value, (list, dict)) or value is None:
            raise RefusedError
        return str(value)

    def holds(self, node: Any) -> bool:
        ((name, argument),) = node.items()
        if name == "Condition":
            return self.holds(self.conditions[argument])
        if name == "Fn::Not":
            return not self.holds(argument[0])
        if name in ("Fn::And", "Fn::Or"):
            # CloudFormation resolves every operand: what it refuses is refused behind a false one too.
            truths = [self.holds(one) for one in argument]
            return all(truths) if name == "Fn::And" else any(truths)
        return self.text(self.value(argument[0])) == self.text(self.value(argument[1]))


PARAMETER = st.sampled_from([{"Ref": name} for name in OPTIONS])
SCALAR = st.one_of(
    PARAMETER, st.sampled_from(["a", "b", "x", "", "1"]), st.sampled_from([{"Fn::Sub": "${P}"}, {"Fn::Sub": "${Q}-${R}"}])
)
MAPPED = st.tuples(st.just("M"), SCALAR, SCALAR) | st.tuples(st.just("N"), st.just("k"), SCALAR)
LOOKED_UP = MAPPED.map(lambda argument: {"Fn::FindInMap": list(argument)})
OPERAND = SCALAR | LOOKED_UP
EQUALS = st.tuples(OPERAND, OPERAND).map(lambda pair: {"Fn::Equals": list(pair)})


def conditions(earlier: list[str]) -> st.SearchStrategy[Any]:
    leaves = EQUALS | st.sampled_from([{"Condition": name} for name in earlier]) if earlier else EQUALS
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(lambda one: {"Fn::Not": [one]}),
            st.lists(inner, min_size=2, max_size=3).map(lambda some: {"Fn::And": some}),
            st.lists(inner, min_size=2, max_size=3).map(lambda some: {"Fn::Or": some}),
        ),
        max_leaves=4,
    )


def chosen(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    absent = st.just({"Ref": "AWS::NoValue"})
    return st.tuples(st.sampled_from(CONDITION_NAMES), inner, inner | absent).map(lambda some: {"Fn::If": list(some)})


NODES = st.recursive(
    OPERAND,
    lambda inner: st.one_of(
        chosen(inner),
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["A", "B"]), inner, min_size=1, max_size=2),
        st.lists(SCALAR | chosen(SCALAR), max_size=3).map(lambda some: {"Fn::Join": ["-", some]}),
        st.tuples(st.integers(0, 2), st.lists(SCALAR, min_size=1, max_size=3)).map(lambda some: {"Fn::Select": list(some)}),
        SCALAR.map(lambda text: {"Fn::Split": ["-", text]}),
    ),
    max_leaves=8,
)


def covers(value: Value, actual: Any) -> bool:
    """Whether a value leaves it open that it is this one."""
    if isinstance(value, Unknown):
        return not value.among or any(covers(one, actual) for one in value.among)
    if isinstance(value, PiecedText):
        return isinstance(actual, str) and may_be_equal(actual, value.pieces)
    if isinstance(value, Elements):
        return isinstance(actual, list) and covers_list(value.items, actual)
    if isinstance(value, Entries):
        if not isinstance(actual, dict) or not set(actual) <= set(value.items):
            return False
        return all(covers(item, actual[name]) if name in actual else may_be_absent(item) for name, item in value.items.items())
    return bool(value == actual)


def covers_list(values: Sequence[Value], actual: Sequence[Any]) -> bool:
    """Whether elements are these. One that is not known and may be null may not be there at all."""
    if not values:
        return not actual
    if actual and covers(values[0], actual[0]) and covers_list(values[1:], actual[1:]):
        return True
    return may_be_absent(values[0]) and covers_list(values[1:], actual)


def may_be_absent(value: Value) -> bool:
    return isinstance(value, Unknown) and not value.not_null


def template_of(defined: Mapping[str, Any], closed: Mapping[str, Any]) -> dict[str, Any]:
    declared = {name: {"Type": "String", **({"AllowedValues": closed[name]} if closed.get(name) else {})} for name in OPTIONS}
    return {"Parameters": declared, "Mappings": MAPS, "Conditions": dict(defined)}


def holds_in(case: Case, parameters: Mapping[str, str]) -> bool:
    """Whether a deployment may fall in a case, as far as its parameters tell."""
    return all(variable.key[0] != "parameter" or choice.holds(parameters[str(variable.key[1])]) for variable, choice in case)


def opaque(case: Case) -> bool:
    return any(variable.key[0] != "parameter" for variable, _ in case)


@settings(max_examples=50, deadline=None)
@given(
    st.tuples(conditions([]), conditions(["C0"]), conditions(["C0", "C1"])),
    NODES,
    st.sets(st.sampled_from(sorted(OPTIONS))),
    st.sampled_from([64, 3]),
)
def test_every_deployment_lies_in_one_case(defined: Any, node: Any, hidden: set[str], most: int) -> None:
    """What brute force makes of each assignment is what its case says: exactly where nothing is hidden, otherwise as one of
    the things that it may be. A hidden parameter has no AllowedValues.
    """
    by_name = dict(zip(CONDITION_NAMES, defined))
    closed = {name: values for name, values in OPTIONS.items() if name not in hidden}
    found = TemplateEvaluator(template_of(by_name, closed), STACK).cases(node, most=most)
    is_exact = not hidden and most == 64
    for values in itertools.product(*OPTIONS.values()):
        parameters = dict(zip(OPTIONS, values))
        try:
            actual = Deployment(by_name, parameters).value(node)
        except RefusedError:
            continue
        cases = [one for one in found if holds_in(one.case, parameters)]
        assert any(covers(one.value, actual) for one in cases), (parameters, actual, found)
        if is_exact and not any(opaque(one.case) for one in found):
            assert len(cases) == 1, "cases exclude each other"
            assert plain(cases[0].value) == actual


def hide(node: Any, at: list[int]) -> Any:
    """The node with one of the functions in it, counted down by `at`, in the hands of a transform that nobody knows."""
    if isinstance(node, list):
        return [hide(item, at) for item in node]
    if not isinstance(node, dict):
        return node
    at[0] -= 1
    if at[0] == 0:
        return {"Fn::Transform": {"Name": "Hidden"}}
    return {name: hide(item, at) for name, item in node.items()}


@settings(max_examples=50, deadline=None)
@given(st.tuples(conditions([]), conditions(["C0"]), conditions(["C0", "C1"])), NODES, st.integers(1, 9), st.integers(1, 9))
def test_hiding_a_value_moves_to_unknown_or_nowhere(defined: Any, node: Any, in_node: int, in_conditions: int) -> None:
    """Where a function anywhere in it is not known, what a deployment makes of it is still one of the things it may be."""
    by_name = dict(zip(CONDITION_NAMES, defined))
    hidden = hide(by_name, [in_conditions + 1])
    found = TemplateEvaluator(template_of(hidden, OPTIONS), STACK).cases(hide(node, [in_node]))
    for values in itertools.product(*OPTIONS.values()):
        parameters = dict(zip(OPTIONS, values))
        try:
            actual = Deployment(by_name, parameters).value(node)
        except RefusedError:
            continue
        assert any(holds_in(one.case, parameters) and covers(one.value, actual) for one in found), (parameters, actual, found)


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(conditions([]), conditions(["C0"]), conditions(["C0", "C1"])),
    st.lists(st.sampled_from(CONDITION_NAMES), min_size=1),
)
def test_resources_together(defined: Any, names: list[str]) -> None:
    """Two resources can be made together exactly where some assignment makes both."""
    by_name = dict(zip(CONDITION_NAMES, defined))
    template = template_of(by_name, OPTIONS)
    template["Resources"] = {name: {"Type": "T", "Condition": name} for name in CONDITION_NAMES}
    outcomes, is_refused = set(), False
    for values in itertools.product(*OPTIONS.values()):
        deployment = Deployment(by_name, dict(zip(OPTIONS, values)))
        try:
            outcomes.add(all(deployment.holds(by_name[name]) for name in names))
        except RefusedError:
            is_refused = True
    if not is_refused:
        together = TemplateEvaluator(template, STACK).can_exist_together(names)
        assert together.is_yes == (True in outcomes)
        assert together.is_no == (True not in outcomes)


NAMES = ["Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::FindInMap", "Fn::If", "Fn::And", "Fn::Or"]
NAMES += ["Fn::Not", "Fn::Equals", "Condition", "Fn::Base64", "Fn::Cidr", "Fn::GetAZs", "Fn::ImportValue", "Fn::Length"]
NAMES += ["Fn::ToJsonString", "Fn::Transform", "Fn::ForEach::L", "Fn::Foo", "A", "DefaultValue", "Type", "Properties", "Default"]
NAMES += ["AllowedValues", "Parameters", "Conditions", "Mappings", "Resources", "Outputs", "Export", "Name", "Value", "Metadata"]
TEXTS = [
    "A",
    "P",
    "",
    "${A}",
    "${A.B}",
    "{{resolve:ssm:x}}",
    "1",
    "-1",
    "AWS::NoValue",
    "AWS::Region",
    "AWS::SQS::Queue",
    "${!",
    "${",
]
ODD = st.recursive(
    st.one_of(st.sampled_from(TEXTS), st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.binary(max_size=2)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.integers(0, 3) | st.none() | st.booleans(), inner, max_size=3)
    ),
    max_leaves=25,
)
SECTIONS = st.dictionaries(st.sampled_from(["A", "P", "Fn::ForEach::X", 5]), ODD, max_size=3)


@settings(max_examples=50, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(("Parameters", "Mappings", "Conditions", "Resources", "Outputs"), SECTIONS | ODD),
            "Transform": st.sampled_from(["AWS::LanguageExtensions", ["AWS::LanguageExtensions"], {"Name": 1}, None, 5]),
        },
    )
    | ODD,
    ODD,
)  # fmt: skip
def test_no_template_raises(template: Any, node: Any) -> None:
    """Whatever a file holds: there is a value, and it has a reason where it is not known."""
    ours = TemplateEvaluator(template, STACK)
    for asked in (node, {"Fn::If": ["A", node, node]}, {"Ref": "P"}, {"Fn::GetAtt": ["A", "Outputs.B"]}):
        for one in ours.cases(asked):
            assert isinstance(one.case.words, str)
    for name in [*ours.resources, "gone"]:
        ours.exists(name)
        ours.resource_cases(name)
    ours.can_exist_together(list(ours.resources))
    assert isinstance(ours.outputs, dict)
    assert ours.cases({"Ref": "P"}, ours.defaults)


def nested_conditions() -> dict[str, Any]:
    defined: dict[str, Any] = {"C0": {"Fn::Equals": [{"Ref": "P"}, "a"]}}
    for number in range(1, 21):
        before = {"Condition": f"C{number - 1}"}
        other = {"Fn::Equals": [{"Ref": f"Q{number}"}, "b"]}
        defined[f"C{number}"] = {"Fn::And": [{"Fn::Or": [{"Fn::Not": [before]}, other]}] * 10}
    return {
        "Parameters": {"P": {"Type": "String"}, **{f"Q{number}": {"Type": "String"} for number in range(21)}},
        "Conditions": defined,
        "Resources": {"R": {"Type": "T", "Properties": {"A": {"Fn::If": ["C20", "x", "y"]}}}},
    }


def many_choices() -> dict[str, Any]:
    names = [f"C{number}" for number in range(5)]
    choices = [{"Fn::If": [names[number % 5], f"x{number}", {"Ref": "AWS::NoValue"}]} for number in range(40)]
    return {
        "Parameters": {name: {"Type": "String", "AllowedValues": ["a", "b", "c"]} for name in names},
        "Conditions": {name: {"Fn::Equals": [{"Ref": name}, "a"]} for name in names},
        "Resources": {f"Q{number}": {"Type": "T", "Properties": {"L": list(choices)}} for number in range(20)},
    }


def loops(body: dict[str, Any], depth: int) -> dict[str, Any]:
    for number in range(depth):
        body = {f"Fn::ForEach::L{number}": [f"I{number}", [str(item) for item in range(100)], body]}
    return {"Transform": "AWS::LanguageExtensions", "Resources": {"R": {"Properties": body}, **body}}


def deep(levels: int) -> dict[str, Any]:
    node: Any = "x"
    for _ in range(levels):
        node = {"Fn::Join": ["", [node]]}
    return {"Resources": {"R": {"Type": "T", "Properties": {"A": node}}}}


def laughs() -> dict[str, Any]:
    node: Any = ["x"]
    for _ in range(40):
        node = [node] * 10
    return {"Resources": {"R": {"Type": "T", "Properties": {"A": node}}}}


def property_of(node: Any) -> dict[str, Any]:
    return {"Parameters": {"a": {"Type": "String"}}, "Resources": {"R": {"Type": "T", "Properties": {"A": node}}}}


BOUNDS = {
    "conditions ten-fold twenty deep": nested_conditions(),
    "40 choices over five parameters in 20 queues": many_choices(),
    "loops of nothing": loops({}, 4),
    "loops of a million": loops({"Q${I0}${I1}${I2}": {"Type": "T", "Properties": {"N": {"Fn::Sub": "${I0}-${I1}"}}}}, 3),
    "openings": property_of({"Fn::Sub": "${" * 100_000}),
    "openings and an end": property_of({"Fn::Sub": "${" * 100_000 + "}"}),
    "references": property_of({"Fn::Sub": "${a}" * 50_000}),
    "dynamic references": property_of({"Fn::Join": ["", ["{{resolve:" * 20_000, {"Ref": "a"}, "}}"]]}),
    "deep": deep(2_000),
    "as deep as is looked at": deep(44),
    "laughs": laughs(),
}  # fmt: skip


@pytest.mark.parametrize("name", BOUNDS)
def test_bounds(name: str) -> None:
    """No template takes long: what would is unknown, with the reason."""
    ours = TemplateEvaluator(BOUNDS[name], STACK)
    start = time.process_time()
    for logical_id in list(ours.resources)[:50]:
        for one in ours.resource_cases(logical_id):
            assert not isinstance(one.value, Unknown) or one.value.reason
    assert time.process_time() - start < HANGING_SECONDS
