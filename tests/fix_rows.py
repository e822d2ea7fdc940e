"""Code with one fault each, and the lines that a correction changes; code in which nothing may be written, and why."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """check: that finds the fault. file: its name. before: the code. changes: the lines that go (`-`) and come (`+`)."""

    name: str
    check: str
    file: str
    before: str
    changes: str


class Refusal(NamedTuple):
    """check: that finds the fault, which stays. why: a part of the reason that is given."""

    name: str
    check: str
    file: str
    before: str
    why: str


SETTINGS = "tags:\n  required:\n    stage: [production]\n    owner: []\n"
_QUEUE = """resource "aws_sqs_queue" "q" {
  name                      = "q"
  message_retention_seconds = 345600
}
"""
_TLS_BLOCK = """+
+  statement {
+    sid       = "DenyPlainHttp"
+    effect    = "Deny"
+    actions   = ["sqs:*"]
+    resources = [aws_sqs_queue.q.arn]
+
+    principals {
+      type        = "*"
+      identifiers = ["*"]
+    }
+
+    condition {
+      test     = "Bool"
+      variable = "aws:SecureTransport"
+      values   = ["false"]
+    }
+  }
"""
_ALLOW = '{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::111111111111:role/a" }, Action = "sqs:SendMessage", Resource = '
_POLICY_OF = """
resource "aws_sqs_queue_policy" "q" {
  queue_url = aws_sqs_queue.q.id
  policy    = %s
}
"""
_TOPIC = """
resource "aws_sns_topic" "t" {
  name = "t"
}

resource "aws_sns_topic_subscription" "t" {
  topic_arn = aws_sns_topic.t.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.q.arn
}
"""
_TLS_DOCUMENT = """
data "aws_iam_policy_document" "q" {
  statement {
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.q.arn]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
"""
_DENY = (
    '{ Sid = "DenyPlainHttp", Effect = "Deny", Principal = "*", Action = "sqs:*", Resource = aws_sqs_queue.q.arn, '
    'Condition = { Bool = { "aws:SecureTransport" = "false" } } }'
)
_SNS = (
    '{ Effect = "Allow", Principal = { Service = "sns.amazonaws.com" }, Action = "sqs:SendMessage", '
    "Resource = aws_sqs_queue.q.arn }"
)
# Formatted as `terraform fmt` does, and so must be what is written.
HCL = [
    Row(
        "encryption",
        "CKV_SQS_20",
        "main.tf",
        """# why not
resource "aws_sqs_queue" "q" {
  name                      = "q"
  sqs_managed_sse_enabled   = false # for now
  message_retention_seconds = 345600
}
""",
        """-  sqs_managed_sse_enabled   = false # for now
+  sqs_managed_sse_enabled   = true # for now
""",
    ),
    Row(
        "data_key",
        "CKV_SQS_22",
        "main.tf",
        """resource "aws_sqs_queue" "q" {
  kms_master_key_id                 = "alias/orders"
  kms_data_key_reuse_period_seconds = 86400
  message_retention_seconds         = 345600
}
""",
        """-  kms_data_key_reuse_period_seconds = 86400
+  kms_data_key_reuse_period_seconds = 300
""",
    ),
    Row(
        "retention_aligned",
        "CKV_SQS_31",
        "main.tf",
        """resource "aws_sqs_queue" "q" {
  count = 1 // one

  # its name
  name          = "q"
  delay_seconds = 10

  tags = {
    Team = "a"
  }
  lifecycle {
    prevent_destroy = true
  }
}
""",
        """-  name          = "q"
-  delay_seconds = 10
+  name                      = "q"
+  delay_seconds             = 10
+  message_retention_seconds = 1209600
""",
    ),
    Row(
        "retention_in_one_line",
        "CKV_SQS_31",
        "main.tf",
        'resource "aws_sqs_queue" "q" { name = "q" }',
        """-resource "aws_sqs_queue" "q" { name = "q" }
+resource "aws_sqs_queue" "q" {
+  name                      = "q"
+  message_retention_seconds = 1209600
+}
""",
    ),
    Row(
        "retention_of_an_empty_block",
        "CKV_SQS_31",
        "main.tf",
        'resource "aws_sqs_queue" "q" {}\n',
        """-resource "aws_sqs_queue" "q" {}
+resource "aws_sqs_queue" "q" {
+  message_retention_seconds = 1209600
+}
""",
    ),
    Row(
        "retention_of_all_instances",
        "CKV_SQS_31",
        "main.tf",
        """resource "aws_sqs_queue" "q" {
  for_each                  = toset(["a", "b"])
  name                      = each.key
  message_retention_seconds = 9999999
}
""",
        """-  message_retention_seconds = 9999999
+  message_retention_seconds = 1209600
""",
    ),
    Row(
        "size",
        "CKV_SQS_30",
        "main.tf",
        """resource "aws_sqs_queue" "q" {
  max_message_size          = 1048576
  message_retention_seconds = 345600
}
""",
        """-  max_message_size          = 1048576
+  max_message_size          = 262144
""",
    ),
    Row(
        "tag",
        "CKV_SQS_33",
        "main.tf",
        """resource "aws_sqs_queue" "q" {
  message_retention_seconds = 345600
  tags                      = { owner = "shop" }
}
""",
        """-  tags                      = { owner = "shop" }
+  tags                      = { owner = "shop", stage = "production" }
""",
    ),
    Row(
        "tag_of_another_value",
        "CKV_SQS_33",
        "main.tf",
        """resource "aws_sqs_queue" "q" {
  message_retention_seconds = 345600
  tags = {
    owner = "shop" # theirs
    "stage" : "prod",
  }
}
""",
        """-    "stage" : "prod",
+    "stage" : "production",
""",
    ),
    Row(
        "bounds_of_aws",
        "CKV_SQS_34",
        "main.tf",
        """resource "aws_sqs_queue" "q" {
  message_retention_seconds  = 345600
  delay_seconds              = -1
  receive_wait_time_seconds  = 30
  visibility_timeout_seconds = 50000
}
""",
        """-  delay_seconds              = -1
-  receive_wait_time_seconds  = 30
-  visibility_timeout_seconds = 50000
+  delay_seconds              = 0
+  receive_wait_time_seconds  = 20
+  visibility_timeout_seconds = 43200
""",
    ),
    Row(
        "two_encryptions",
        "CKV_SQS_34",
        "main.tf",
        """resource "aws_sqs_queue" "q" {
  message_retention_seconds = 345600
  sqs_managed_sse_enabled   = true # both
  kms_master_key_id         = "alias/orders"
}
""",
        "-  sqs_managed_sse_enabled   = true # both\n",
    ),
    Row(
        "fifo_by_its_name",
        "CKV_SQS_32",
        "main.tf",
        """resource "aws_sqs_queue" "q" {
  name                        = "q.fifo"
  message_retention_seconds   = 345600
  content_based_deduplication = true
}
""",
        "+  fifo_queue                  = true\n",
    ),
    Row(
        "fifo_setting",
        "CKV_SQS_44",
        "main.tf",
        """resource "aws_sqs_queue" "q" {
  name                        = "q"
  content_based_deduplication = true
  message_retention_seconds   = 345600
}
""",
        """-  name                        = "q"
-  content_based_deduplication = true
-  message_retention_seconds   = 345600
+  name                      = "q"
+  message_retention_seconds = 345600
""",
    ),
    Row(
        "throughput",
        "CKV_SQS_44",
        "main.tf",
        """resource "aws_sqs_queue" "q" {
  name                      = "q.fifo"
  fifo_queue                = true
  fifo_throughput_limit     = "perMessageGroupId"
  message_retention_seconds = 345600
}
""",
        '+  deduplication_scope       = "messageGroup"\n',
    ),
    Row(
        "receive_count",
        "CKV_SQS_40",
        "main.tf",
        """resource "aws_sqs_queue" "q" {
  message_retention_seconds = 345600
  redrive_policy            = jsonencode({ deadLetterTargetArn = "arn:aws:sqs:a:1:d", maxReceiveCount = 0 })
}
""",
        """-  redrive_policy            = jsonencode({ deadLetterTargetArn = "arn:aws:sqs:a:1:d", maxReceiveCount = 0 })
+  redrive_policy            = jsonencode({ deadLetterTargetArn = "arn:aws:sqs:a:1:d", maxReceiveCount = 1 })
""",
    ),
    Row(
        "receive_count_of_a_resource_of_its_own",
        "CKV_SQS_40",
        "main.tf",
        _QUEUE
        + """
resource "aws_sqs_queue_redrive_policy" "q" {
  queue_url      = aws_sqs_queue.q.id
  redrive_policy = <<EOF
{
  "deadLetterTargetArn": "arn:aws:sqs:eu-west-1:111111111111:dlq"
}
EOF
}
""",
        """-  "deadLetterTargetArn": "arn:aws:sqs:eu-west-1:111111111111:dlq"
+  "deadLetterTargetArn": "arn:aws:sqs:eu-west-1:111111111111:dlq",
+  "maxReceiveCount": 5
""",
    ),
    Row(
        "dead_letter_queue",
        "CKV_SQS_41",
        "main.tf",
        """resource "aws_sqs_queue" "q" {
  message_retention_seconds = 345600
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dlq.arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue" "dlq" {
  message_retention_seconds = 60
} # for the dead
""",
        """-  message_retention_seconds = 60
+  message_retention_seconds = 1209600
+
+resource "aws_sqs_queue_redrive_allow_policy" "dlq" {
+  queue_url = aws_sqs_queue.dlq.id
+
+  redrive_allow_policy = jsonencode({
+    redrivePermission = "byQueue"
+    sourceQueueArns   = [aws_sqs_queue.q.arn]
+  })
+}
""",
    ),
    Row(
        "visibility",
        "CKV_SQS_43",
        "main.tf",
        _QUEUE
        + """
resource "aws_lambda_function" "f" {
  function_name = "f"
  timeout       = 30
}

resource "aws_lambda_event_source_mapping" "m" {
  event_source_arn = aws_sqs_queue.q.arn
  function_name    = aws_lambda_function.f.arn
}
""",
        """-  name                      = "q"
-  message_retention_seconds = 345600
+  name                       = "q"
+  message_retention_seconds  = 345600
+  visibility_timeout_seconds = 180
""",
    ),
    Row(
        "tls_in_a_list",
        "CKV_SQS_12",
        "main.tf",
        _QUEUE
        + """
resource "aws_sqs_queue_policy" "q" {
  queue_url = aws_sqs_queue.q.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111111111111:role/a" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.q.arn
      } # the application
    ]
  })
}
""",
        """-      } # the application
+      }, # the application
+      {
+        Sid       = "DenyPlainHttp"
+        Effect    = "Deny"
+        Principal = "*"
+        Action    = "sqs:*"
+        Resource  = aws_sqs_queue.q.arn
+        Condition = { Bool = { "aws:SecureTransport" = "false" } }
+      }
""",
    ),
    Row(
        "tls_beside_one_statement",
        "CKV_SQS_12",
        "main.tf",
        _QUEUE
        + f"""
resource "aws_sqs_queue_policy" "q" {{
  queue_url = aws_sqs_queue.q.url
  policy    = jsonencode({{ Version = "2012-10-17", Statement = {_ALLOW}aws_sqs_queue.q.arn }} }})
}}
""",
        f"""-  policy    = jsonencode({{ Version = "2012-10-17", Statement = {_ALLOW}aws_sqs_queue.q.arn }} }})
+  policy    = jsonencode({{ Version = "2012-10-17", Statement = [{_ALLOW}aws_sqs_queue.q.arn }}, {_DENY}] }})
""",
    ),
    Row(
        "tls_behind_objects_on_shared_lines",
        "CKV_SQS_12",
        "main.tf",
        _QUEUE
        + """
resource "aws_sqs_queue_policy" "q" {
  queue_url = aws_sqs_queue.q.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111111111111:role/a" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.q.arn
      }, {
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111111111111:role/b" }
      Action    = "sqs:ReceiveMessage"
      Resource  = aws_sqs_queue.q.arn
    }]
  })
}
""",
        """+      }, {
+      Sid       = "DenyPlainHttp"
+      Effect    = "Deny"
+      Principal = "*"
+      Action    = "sqs:*"
+      Resource  = aws_sqs_queue.q.arn
+      Condition = { Bool = { "aws:SecureTransport" = "false" } }
""",
    ),
    Row(
        "tls_in_a_heredoc",
        "CKV_SQS_12",
        "main.tf",
        _QUEUE
        + """
resource "aws_sqs_queue_policy" "q" {
  queue_url = aws_sqs_queue.q.id
  policy    = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [{
        "Sid": "${"Application"}",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:role/a"},
        "Action": "sqs:SendMessage",
        "Resource": "${aws_sqs_queue.q.arn}"
      }]
    }
  POLICY
}
""",
        """+      }, {
+        "Sid": "DenyPlainHttp",
+        "Effect": "Deny",
+        "Principal": "*",
+        "Action": "sqs:*",
+        "Resource": "${aws_sqs_queue.q.arn}",
+        "Condition": {
+          "Bool": {
+            "aws:SecureTransport": "false"
+          }
+        }
""",
    ),
    Row(
        "tls_in_a_policy_document",
        "CKV_SQS_12",
        "main.tf",
        _QUEUE
        + """
resource "aws_sqs_queue_policy" "q" {
  queue_url = aws_sqs_queue.q.id
  policy    = data.aws_iam_policy_document.q.json
}

data "aws_iam_policy_document" "q" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.q.arn]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111111111111:role/a"]
    }
  } # the application
}
""",
        _TLS_BLOCK,
    ),
    Row(
        "tls_named_by_the_queue_url",
        "CKV_SQS_12",
        "main.tf",
        _QUEUE
        + """
resource "aws_sqs_queue_policy" "q" {
  queue_url = aws_sqs_queue.q.id
  policy    = data.aws_iam_policy_document.q.json
}

data "aws_iam_policy_document" "base" {}

data "aws_iam_policy_document" "q" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
}
""",
        _TLS_BLOCK,
    ),
    Row(
        "source_of_a_topic",
        "CKV_SQS_7",
        "main.tf",
        _QUEUE
        + _TOPIC
        + """
resource "aws_sqs_queue_policy" "q" {
  queue_url = aws_sqs_queue.q.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.q.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.q.arn
        Condition = {
          ArnLike = {
            "aws:SourceArn" = "arn:aws:sns:*:*:t"
          }
        }
      },
    ]
  })
}
""",
        """+          ArnEquals = { "aws:SourceArn" = aws_sns_topic.t.arn }
""",
    ),
    Row(
        "source_of_a_bucket",
        "CKV_SQS_7",
        "main.tf",
        _QUEUE
        + """
resource "aws_s3_bucket" "b" {
  bucket = "b"
}

resource "aws_s3_bucket_notification" "b" {
  bucket = aws_s3_bucket.b.id
  queue {
    queue_arn = aws_sqs_queue.q.arn
    events    = ["s3:ObjectCreated:*"]
  }
}

resource "aws_sqs_queue_policy" "q" {
  queue_url = aws_sqs_queue.q.id
  policy    = data.aws_iam_policy_document.q.json
}

data "aws_iam_policy_document" "q" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.q.arn]
    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }
  }
  statement {
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.q.arn]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
""",
        """+
+    condition {
+      test     = "ArnEquals"
+      variable = "aws:SourceArn"
+      values   = [aws_s3_bucket.b.arn]
+    }
""",
    ),
    Row(
        "let_in",
        "CKV_SQS_45",
        "main.tf",
        _QUEUE
        + _TOPIC
        + """
resource "aws_sqs_queue_policy" "q" {
  queue_url = aws_sqs_queue.q.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = aws_sqs_queue.q.arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
""",
        """+      }, {
+      Effect    = "Allow"
+      Principal = { Service = "sns.amazonaws.com" }
+      Action    = "sqs:SendMessage"
+      Resource  = aws_sqs_queue.q.arn
+      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.t.arn } }
""",
    ),
    Row(
        "let_in_by_a_policy_document",
        "CKV_SQS_45",
        "main.tf",
        _QUEUE + _TOPIC + _POLICY_OF % "data.aws_iam_policy_document.q.json" + _TLS_DOCUMENT,
        """+
+  statement {
+    effect    = "Allow"
+    actions   = ["sqs:SendMessage"]
+    resources = [aws_sqs_queue.q.arn]
+
+    principals {
+      type        = "Service"
+      identifiers = ["sns.amazonaws.com"]
+    }
+
+    condition {
+      test     = "ArnEquals"
+      variable = "aws:SourceArn"
+      values   = [aws_sns_topic.t.arn]
+    }
+  }
""",
    ),
]
_GOOD = "      MessageRetentionPeriod: 345600\n      MaximumMessageSize: 262144\n"
CLOUDFORMATION = [
    Row(
        "encryption",
        "CKV_SQS_20",
        "t.yaml",
        f"""Resources:
  # the queue
  Q:
    Type: AWS::SQS::Queue
    Properties:
      SqsManagedSseEnabled: 'false'   # for now
{_GOOD}""",
        """-      SqsManagedSseEnabled: 'false'   # for now
+      SqsManagedSseEnabled: true   # for now
""",
    ),
    Row(
        "no_properties",
        "CKV_SQS_31",
        "t.yaml",
        """Parameters: {Name: {Type: String}}
Resources:
    Q:
        Type: AWS::SQS::Queue
        DeletionPolicy: Retain # keep

    # the end
Outputs:
    Url: {Value: !Sub "${Q}-${Name}"}
""",
        """+        Properties:
+            MaximumMessageSize: 262144
+            MessageRetentionPeriod: 1209600
""",
    ),
    Row(
        "flow_style",
        "CKV_SQS_30",
        "t.yaml",
        """Parameters: {Name: {Type: String}}
Resources:
  Q: {Type: "AWS::SQS::Queue", Properties: {QueueName: !Ref Name, MessageRetentionPeriod: 345600,}}
""",
        """-  Q: {Type: "AWS::SQS::Queue", Properties: {QueueName: !Ref Name, MessageRetentionPeriod: 345600,}}
+  Q: {Type: "AWS::SQS::Queue", Properties: {QueueName: !Ref Name, MessageRetentionPeriod: 345600, MaximumMessageSize: 262144,}}
""",
    ),
    Row(
        "tags",
        "CKV_SQS_33",
        "t.yaml",
        f"""Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
{_GOOD}      Tags:
      - Key: owner
        Value: shop # theirs
""",
        """+      - Key: stage
+        Value: production
""",
    ),
    Row(
        "tag_of_another_value",
        "CKV_SQS_33",
        "t.yaml",
        f"""Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
{_GOOD}      Tags: [{{Key: owner, Value: !Ref "AWS::StackName"}}, {{Key: stage, Value: prod}}]
""",
        """-      Tags: [{Key: owner, Value: !Ref "AWS::StackName"}, {Key: stage, Value: prod}]
+      Tags: [{Key: owner, Value: !Ref "AWS::StackName"}, {Key: stage, Value: production}]
""",
    ),
    Row(
        "fifo_settings",
        "CKV_SQS_44",
        "t.yaml",
        f"""Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: false
      ContentBasedDeduplication: true # what for?
{_GOOD}""",
        """-      FifoQueue: false
-      ContentBasedDeduplication: true # what for?
""",
    ),
    Row(
        "redrive",
        "CKV_SQS_41",
        "t.yaml",
        f"""Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: orders
{_GOOD}      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Dlq.Arn
        maxReceiveCount: 5000
  Dlq:
    Type: AWS::SQS::Queue
    Properties:
{_GOOD}""",
        """-        maxReceiveCount: 5000
+        maxReceiveCount: 1000
+      RedriveAllowPolicy:
+        redrivePermission: byQueue
+        sourceQueueArns: [!Sub "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders"]
""",
    ),
    Row(
        "tls",
        "CKV_SQS_12",
        "t.yaml",
        f"""Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
{_GOOD}  P:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Q]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
        - Effect: Allow
          Principal: {{AWS: !Sub "arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/a"}}
          Action: [sqs:SendMessage]
          Resource: !Sub "${{Q.Arn}}"  # this one
""",
        """+        - Sid: DenyPlainHttp
+          Effect: Deny
+          Principal: "*"
+          Action: sqs:*
+          Resource: !Sub "${Q.Arn}"
+          Condition:
+            Bool:
+              aws:SecureTransport: "false"
""",
    ),
    Row(
        "source_of_a_topic",
        "CKV_SQS_7",
        "t.yaml",
        f"""Resources:
  T:
    Type: AWS::SNS::Topic
    Properties:
      Subscription: [{{Protocol: sqs, Endpoint: !GetAtt Q.Arn}}]
  Q:
    Type: AWS::SQS::Queue
    Properties:
{_GOOD}  P:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Q]
      PolicyDocument:
        Version: "2012-10-17"
        Statement: # only one
          Effect: Allow
          Principal: {{Service: sns.amazonaws.com}}
          Action: sqs:SendMessage
          Resource: !GetAtt Q.Arn
""",
        """-          Effect: Allow
+        - Effect: Allow
+          Condition:
+            ArnEquals:
+              aws:SourceArn: !Ref T
+        - Sid: DenyPlainHttp
+          Effect: Deny
+          Principal: "*"
+          Action: sqs:*
+          Resource: !GetAtt Q.Arn
+          Condition:
+            Bool:
+              aws:SecureTransport: "false"
""",
    ),
    Row(
        "let_in",
        "CKV_SQS_45",
        "t.yaml",
        f"""Resources:
  B:
    Type: AWS::S3::Bucket
    DependsOn: P
    Properties:
      NotificationConfiguration: {{QueueConfigurations: [{{Event: "s3:ObjectCreated:*", Queue: !GetAtt Q.Arn}}]}}
  Q:
    Type: AWS::SQS::Queue
    Properties:
{_GOOD}  P:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Q]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          # over TLS only
          - Effect: Deny
            Principal: "*"
            Action: sqs:*
            Resource: !GetAtt Q.Arn
            Condition: {{Bool: {{aws:SecureTransport: "false"}}}}
""",
        """+          - Effect: Allow
+            Principal:
+              Service: s3.amazonaws.com
+            Action: sqs:SendMessage
+            Resource: !GetAtt Q.Arn
+            Condition:
+              StringEquals:
+                aws:SourceAccount: !Ref AWS::AccountId
""",
    ),
    Row(
        "visibility",
        "CKV_SQS_43",
        "t.json",
        """{
  "Resources": {
    "Q": {
      "Type": "AWS::SQS::Queue",
      "Properties": {"MessageRetentionPeriod": 345600, "MaximumMessageSize": 262144, "VisibilityTimeout": "30"}
    },
    "F": {
      "Type": "AWS::Lambda::Function",
      "Properties": {
        "Role": "arn:aws:iam::111111111111:role/f", "Timeout": 60,
        "Runtime": "python3.12", "Handler": "a.b", "Code": {"ZipFile": "a"}
      }
    },
    "M": {
      "Type": "AWS::Lambda::EventSourceMapping",
      "Properties": {"FunctionName": {"Ref": "F"}, "EventSourceArn": {"Fn::GetAtt": ["Q", "Arn"]}}
    }
  }
}
""",
        """-      "Properties": {"MessageRetentionPeriod": 345600, "MaximumMessageSize": 262144, "VisibilityTimeout": "30"}
+      "Properties": {"MessageRetentionPeriod": 345600, "MaximumMessageSize": 262144, "VisibilityTimeout": 360}
""",
    ),
    Row(
        "tls_and_source",
        "CKV_SQS_12",
        "t.json",
        """{
	"Resources": {
		"Q": {"Type": "AWS::SQS::Queue", "Properties": {"MessageRetentionPeriod": 345600, "MaximumMessageSize": 262144}},
		"R": {
			"Type": "AWS::Events::Rule",
			"Properties": {"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "q", "Arn": {"Fn::GetAtt": ["Q", "Arn"]}}]}
		},
		"P": {
			"Type": "AWS::SQS::QueuePolicy",
			"Properties": {
				"Queues": [{"Ref": "Q"}],
				"PolicyDocument": {
					"Version": "2012-10-17",
					"Statement": [
						{
							"Effect": "Allow",
							"Principal": {"Service": "events.amazonaws.com"},
							"Action": "sqs:SendMessage",
							"Resource": {"Fn::GetAtt": ["Q", "Arn"]}
						}
					]
				}
			}
		}
	}
}
""",
        """-							"Resource": {"Fn::GetAtt": ["Q", "Arn"]}
+							"Resource": {"Fn::GetAtt": ["Q", "Arn"]},
+							"Condition": {
+								"ArnEquals": {
+									"aws:SourceArn": {
+										"Fn::GetAtt": ["R", "Arn"]
+									}
+								}
+							}
+						},
+						{
+							"Sid": "DenyPlainHttp",
+							"Effect": "Deny",
+							"Principal": "*",
+							"Action": "sqs:*",
+							"Resource": {"Fn::GetAtt": ["Q", "Arn"]},
+							"Condition": {
+								"Bool": {
+									"aws:SecureTransport": "false"
+								}
+							}
""",
    ),
]
_DOCUMENT = """
data "aws_iam_policy_document" "q" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.q.arn]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111111111111:role/a"]
    }
  }
}
"""
REFUSALS = [
    Refusal(
        "variable",
        "CKV_SQS_31",
        "main.tf",
        'variable "days" {\n  default = 30\n}\n'
        'resource "aws_sqs_queue" "q" {\n  message_retention_seconds = 86400 * var.days\n}\n',
        "worked out, by `86400 * var.days`",
    ),
    Refusal(
        "one_instance_is_right",
        "CKV_SQS_34",
        "main.tf",
        'resource "aws_sqs_queue" "q" {\n  for_each = { a = 1, b = 1000 }\n  delay_seconds = each.value\n'
        "  message_retention_seconds = 345600\n}\n",
        "right as another instance",
    ),
    Refusal(
        "a_case_is_right",
        "CKV_SQS_22",
        "t.yaml",
        "Parameters:\n  Own: {Type: String, AllowedValues: ['yes', 'no']}\nConditions: {HasKey: !Equals [!Ref Own, 'yes']}\n"
        "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n"
        f"      KmsMasterKeyId: !If [HasKey, alias/orders, !Ref AWS::NoValue]\n      KmsDataKeyReusePeriodSeconds: 7200\n{_GOOD}",
        "in another case of a deployment",
    ),
    Refusal(
        "document_of_several",
        "CKV_SQS_12",
        "main.tf",
        _QUEUE
        + _POLICY_OF % "data.aws_iam_policy_document.q.json"
        + _DOCUMENT
        + '\noutput "document" {\n  value = data.aws_iam_policy_document.q.json\n}\n',
        "also used by `output.document`",
    ),
    Refusal(
        "worked_out_policy",
        "CKV_SQS_12",
        "main.tf",
        _QUEUE
        + _POLICY_OF % f'jsonencode({{ Version = "2012-10-17", Statement = concat([{_ALLOW}aws_sqs_queue.q.arn }}], []) }})',
        "statements are worked out",
    ),
    Refusal(
        "text_in_quotes",
        "CKV_SQS_12",
        "main.tf",
        _QUEUE + _POLICY_OF % '"{\\"Version\\": \\"2012-10-17\\", \\"Statement\\": []}"',
        "worked out: `",
    ),
    Refusal(
        "itself",
        "CKV_SQS_12",
        "main.tf",
        """resource "aws_sqs_queue" "q" {
  message_retention_seconds = 345600
  policy                    = jsonencode({ Version = "2012-10-17", Statement = [] })
}
""",
        "a queue cannot refer to itself",
    ),
    Refusal(
        "anchor",
        "CKV_SQS_20",
        "t.yaml",
        f"""Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties: &shared
      SqsManagedSseEnabled: false
{_GOOD}  R:
    Type: AWS::SQS::Queue
    Properties: *shared
""",
        "several values (an anchor)",
    ),
    Refusal(
        "made_by_a_loop",
        "CKV_SQS_20",
        "t.yaml",
        """Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Queues:
    - Name
    - [A, B]
    - Queue${Name}:
        Type: AWS::SQS::Queue
        Properties:
          SqsManagedSseEnabled: false
          MessageRetentionPeriod: 345600
          MaximumMessageSize: 262144
""",
        "a loop or a transform makes it",
    ),
    Refusal(
        "generated",
        "CKV_SQS_20",
        "main.tf",
        "# Code generated by a tool. DO NOT EDIT.\n"
        'resource "aws_sqs_queue" "q" {\n  sqs_managed_sse_enabled = false\n  message_retention_seconds = 345600\n}\n',
        "a program makes the file",
    ),
    Refusal(
        "no_sender",
        "CKV_SQS_7",
        "main.tf",
        _QUEUE + _POLICY_OF % f'jsonencode({{ Version = "2012-10-17", Statement = [{_SNS}, {_DENY}] }})',
        "nothing in the code has `sns.amazonaws.com` send",
    ),
    Refusal(
        "queues_that_refer_to_each_other",
        "CKV_SQS_41",
        "t.yaml",
        f"""Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
{_GOOD}      RedrivePolicy: {{deadLetterTargetArn: !GetAtt Dlq.Arn, maxReceiveCount: 5}}
  Dlq:
    Type: AWS::SQS::Queue
    Properties:
{_GOOD}""",
        "`Q` has no `QueueName`",
    ),
]
