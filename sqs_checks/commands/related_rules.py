"""What else looks for the fault of a check: rules of other scanners, and the controls of AWS that ask for what it promises.

Read by who comes from another scanner, and by who answers an audit: both compare the checks with each other, so it is one
table rather than a part of each check's file. Checkov's own rules stand in the checks (`peers`), and are only described here.

Each id was found at its address, or in the source that the address shows, in November 2026.
"""

from __future__ import annotations

from typing import NamedTuple


class RelatedRule(NamedTuple):
    """A rule of another scanner. difference: how its verdicts differ, in a sentence; empty where nobody compared them."""

    tool: str
    id: str
    url: str
    difference: str = ""


class Control(NamedTuple):
    """A control or best practice of AWS. source: the collection that it is of."""

    source: str
    id: str
    title: str
    url: str


_CHECKOV = "https://github.com/bridgecrewio/checkov/blob/main/checkov/terraform/checks"
_TRIVY = "https://github.com/aquasecurity/trivy-checks/blob/main/checks/cloud/aws/sqs"
_KICS = "https://docs.kics.io/latest/queries"
_CFN_NAG = "https://github.com/stelligent/cfn_nag/blob/master/lib/cfn-nag/custom_rules"
_CDK_NAG = "https://github.com/cdklabs/cdk-nag/blob/main/src/rules"
_PROWLER = "https://hub.prowler.com/check"

CHECKOV_RULES = (
    RelatedRule(
        "Checkov",
        "CKV_AWS_27",
        f"{_CHECKOV}/resource/aws/SQSQueueEncryption.py",
        "It fails where nothing is written down, though AWS encrypts then; in CloudFormation it takes only a KMS key.",
    ),
    RelatedRule(
        "Checkov",
        "CKV_AWS_72",
        f"{_CHECKOV}/resource/aws/SQSPolicy.py",
        "It reads the first statement only, and takes `*` for a wildcard but not `sqs:*`.",
    ),
    RelatedRule(
        "Checkov",
        "CKV_AWS_168",
        f"{_CHECKOV}/resource/aws/SQSQueuePolicyAnyPrincipal.py",
        "It is for Terraform only, counts no Deny, and gives no result for `aws_iam_policy_document`.",
    ),
    RelatedRule(
        "Checkov",
        "CKV_AWS_387",
        f"{_CHECKOV}/resource/aws/SQSOverlyPermissive.py",
        "It is for `aws_sqs_queue_policy` only, and any condition passes.",
    ),
    RelatedRule(
        "Checkov",
        "CKV2_AWS_73",
        f"{_CHECKOV}/graph_checks/aws/SQSEncryptionCMK.yaml",
        "It fails only where the key is written as `alias/aws/sqs`; a queue without a key passes.",
    ),
)

_KICS_PUBLIC = (
    RelatedRule(
        "KICS",
        "730675f9-52ed-49b6-8ead-0acb5dd7df7f",
        f"{_KICS}/terraform-queries/aws/730675f9-52ed-49b6-8ead-0acb5dd7df7f",
        "It fails for any Allow to `*` in `aws_sqs_queue_policy`, whatever the conditions.",
    ),
    RelatedRule(
        "KICS",
        "abb06e5f-ef9a-4a99-98c6-376d396bfcdf",
        f"{_KICS}/terraform-queries/aws/abb06e5f-ef9a-4a99-98c6-376d396bfcdf",
        "It does the same for the policy inside `aws_sqs_queue`.",
    ),
)
_CFN_NAG_EVERYONE = RelatedRule(
    "cfn_nag",
    "F21",
    f"{_CFN_NAG}/SqsQueuePolicyWildcardPrincipalRule.rb",
    "It fails for any Allow to `*`, whatever the conditions.",
)
_TLS = (
    RelatedRule(
        "cdk-nag",
        "AwsSolutions-SQS4",
        f"{_CDK_NAG}/sqs/SQSQueueSSLRequestsOnly.ts",
        "It judges the queue with its policy, and takes a Deny whose `Resource` is another queue.",
    ),
    RelatedRule(
        "Prowler",
        "sqs_queues_secure_transport_enabled",
        f"{_PROWLER}/sqs_queues_secure_transport_enabled",
        "It judges queues of a live account, and takes a Deny of `sqs:SendMessage` alone.",
    ),
)

RELATED_RULES: dict[str, tuple[RelatedRule, ...]] = {
    "CKV_SQS_1": (
        *_KICS_PUBLIC,
        RelatedRule(
            "KICS",
            "9b6a3f5b-5fd6-40ee-9bc0-ed604911212d",
            f"{_KICS}/cloudformation-queries/aws/9b6a3f5b-5fd6-40ee-9bc0-ed604911212d",
            "It fails only where six actions of administration are allowed, written in upper case.",
        ),
        _CFN_NAG_EVERYONE,
        RelatedRule(
            "Prowler",
            "sqs_queues_not_publicly_accessible",
            f"{_PROWLER}/sqs_queues_not_publicly_accessible",
            "It judges queues of a live account; one condition on a key that it knows is enough, and no Deny counts.",
        ),
    ),
    "CKV_SQS_2": (*_KICS_PUBLIC, _CFN_NAG_EVERYONE),
    "CKV_SQS_3": (
        RelatedRule(
            "Trivy",
            "AWS-0097",
            f"{_TRIVY}/no_wildcards_in_policy_documents.rego",
            "It knows `*` and `sqs:*`, and no other wildcard. It was AVD-AWS-0097 before.",
        ),
        RelatedRule(
            "KICS",
            "816ea8cf-d589-442d-a917-2dd0ce0e45e3",
            f"{_KICS}/terraform-queries/aws/816ea8cf-d589-442d-a917-2dd0ce0e45e3",
            "It fails only where the principal is `*` too.",
        ),
        RelatedRule(
            "cfn_nag",
            "F20",
            f"{_CFN_NAG}/SqsQueuePolicyWildcardActionRule.rb",
            "It knows `*` and `sqs:*`, and no other wildcard.",
        ),
    ),
    "CKV_SQS_4": (
        RelatedRule("cfn_nag", "F7", f"{_CFN_NAG}/SqsQueuePolicyNotPrincipalRule.rb", "It looks for `NotPrincipal`."),
        RelatedRule("cfn_nag", "W18", f"{_CFN_NAG}/SqsQueuePolicyNotActionRule.rb", "It looks for `NotAction`."),
    ),
    "CKV_SQS_12": _TLS,
    "CKV_SQS_17": _TLS,
    "CKV_SQS_20": (
        RelatedRule(
            "Trivy",
            "AWS-0096",
            f"{_TRIVY}/enable_queue_encryption.rego",
            "It fails where nothing is written down; in CloudFormation it takes only a KMS key. It was AVD-AWS-0096 before.",
        ),
        RelatedRule(
            "KICS",
            "6e8849c1-3aa7-40e3-9063-b85ee300f29f",
            f"{_KICS}/terraform-queries/aws/6e8849c1-3aa7-40e3-9063-b85ee300f29f",
            "It fails where nothing is written down.",
        ),
        RelatedRule(
            "KICS",
            "12726829-93ed-4d51-9cbe-13423f4299e1",
            f"{_KICS}/cloudformation-queries/aws/12726829-93ed-4d51-9cbe-13423f4299e1",
            "It fails where nothing is written down.",
        ),
        RelatedRule("cdk-nag", "AwsSolutions-SQS2", f"{_CDK_NAG}/sqs/SQSQueueSSE.ts", "It agrees: AWS's default passes."),
        RelatedRule(
            "Prowler",
            "sqs_queues_server_side_encryption_enabled",
            f"{_PROWLER}/sqs_queues_server_side_encryption_enabled",
            "It judges queues of a live account.",
        ),
    ),
    "CKV_SQS_21": (
        RelatedRule(
            "Trivy",
            "AWS-0135",
            f"{_TRIVY}/queue_encryption_with_cmk.rego",
            "It fails only where the key is written as `alias/aws/sqs`. It was AVD-AWS-0135 before.",
        ),
        RelatedRule(
            "cfn_nag",
            "W48",
            f"{_CFN_NAG}/SqsQueueKmsMasterKeyIdRule.rb",
            "Any KMS key passes, the one that AWS manages too.",
        ),
    ),
    "CKV_SQS_40": (
        RelatedRule(
            "cdk-nag",
            "AwsSolutions-SQS3",
            f"{_CDK_NAG}/sqs/SQSQueueDLQ.ts",
            "It exempts the dead-letter queues of queues and Lambda functions, and of nothing else.",
        ),
        RelatedRule(
            "cdk-nag",
            "Serverless-SQSRedrivePolicy",
            f"{_CDK_NAG}/sqs/SQSRedrivePolicy.ts",
            "It exempts no queue, so it fails for each dead-letter queue.",
        ),
    ),
    "CKV_SQS_43": (
        RelatedRule(
            "cdk-nag",
            "LambdaEventSourceSQSVisibilityTimeout",
            f"{_CDK_NAG}/lambda/LambdaEventSourceSQSVisibilityTimeout.ts",
            "It asks for six times the function's timeout.",
        ),
    ),
}

_SECURITY_HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide/sqs-controls.html"
_FSBP = "https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html"
_CONTROL_TOWER = "https://docs.aws.amazon.com/controltower/latest/controlreference/sqs-rules.html"
_CONFIG = "https://docs.aws.amazon.com/config/latest/developerguide"
_WELL_ARCHITECTED = "https://docs.aws.amazon.com/wellarchitected/latest/framework"


def _security_hub(number: int, title: str, in_best_practices: bool) -> tuple[Control, ...]:
    control = Control("AWS Security Hub", f"SQS.{number}", title, f"{_SECURITY_HUB}#sqs-{number}")
    return (
        (control, Control("AWS Foundational Security Best Practices", control.id, title, _FSBP))
        if in_best_practices
        else (control,)
    )


def _well_architected(id: str, title: str, page: str) -> Control:
    return Control("AWS Well-Architected Framework", id, title, f"{_WELL_ARCHITECTED}/{page}.html")


_LEAST_PRIVILEGE = _well_architected("SEC03-BP02", "Grant least privilege access", "sec_permissions_least_privileges")
_PUBLIC_ACCESS = _well_architected(
    "SEC03-BP07", "Analyze public and cross-account access", "sec_permissions_analyze_cross_account"
)
_KEY_MANAGEMENT = _well_architected("SEC08-BP01", "Implement secure key management", "sec_protect_data_rest_key_mgmt")
_IN_TRANSIT = _well_architected("SEC09-BP02", "Enforce encryption in transit", "sec_protect_data_transit_encrypt")

CONTROLS: dict[str, tuple[Control, ...]] = {
    "CKV_SQS_1": (
        *_security_hub(3, "SQS queue access policies should not allow public access", in_best_practices=True),
        Control(
            "AWS Config",
            "sqs-queue-no-public-access",
            "Checks if the SQS queue access policy allows public access",
            f"{_CONFIG}/sqs-queue-no-public-access.html",
        ),
        _PUBLIC_ACCESS,
    ),
    "CKV_SQS_2": (_PUBLIC_ACCESS,),
    "CKV_SQS_3": (
        Control(
            "AWS Config",
            "sqs-queue-policy-full-access-check",
            "Checks if the SQS queue access policy allows full access",
            f"{_CONFIG}/sqs-queue-policy-full-access-check.html",
        ),
        _LEAST_PRIVILEGE,
    ),
    "CKV_SQS_4": (_LEAST_PRIVILEGE,),
    "CKV_SQS_5": (_LEAST_PRIVILEGE,),
    "CKV_SQS_6": (_PUBLIC_ACCESS,),
    "CKV_SQS_8": (_well_architected("SEC02-BP02", "Use temporary credentials", "sec_identities_unique"),),
    "CKV_SQS_9": (_PUBLIC_ACCESS,),
    "CKV_SQS_10": (_LEAST_PRIVILEGE,),
    "CKV_SQS_11": (_LEAST_PRIVILEGE,),
    "CKV_SQS_12": (_IN_TRANSIT,),
    "CKV_SQS_17": (_IN_TRANSIT,),
    "CKV_SQS_20": (
        *_security_hub(1, "Amazon SQS queues should be encrypted at rest", in_best_practices=True),
        Control(
            "AWS Control Tower",
            "CT.SQS.PR.2",
            "Require any Amazon SQS queue to have encryption at rest configured",
            f"{_CONTROL_TOWER}#ct-sqs-pr-2-description",
        ),
        _well_architected("SEC08-BP02", "Enforce encryption at rest", "sec_protect_data_rest_encrypt"),
    ),
    "CKV_SQS_21": (_KEY_MANAGEMENT,),
    "CKV_SQS_22": (_KEY_MANAGEMENT,),
    "CKV_SQS_33": _security_hub(2, "SQS queues should be tagged", in_best_practices=False),
    "CKV_SQS_40": (
        Control(
            "AWS Control Tower",
            "CT.SQS.PR.1",
            "Require any Amazon SQS queue to have a dead-letter queue configured",
            f"{_CONTROL_TOWER}#ct-sqs-pr-1-description",
        ),
        Control(
            "AWS Config",
            "sqs-queue-dlq-check",
            "Checks if queues have configuration to use a dead-letter queue",
            f"{_CONFIG}/sqs-queue-dlq-check.html",
        ),
        _well_architected("REL05-BP04", "Fail fast and limit queues", "rel_mitigate_interaction_failure_fail_fast"),
    ),
}
