import { has, type Rule, set } from "./rule.ts";

const TABLE = "AWS::DynamoDB::Table";

export const tableRules: Rule[] = [
  {
    type: TABLE,
    promise: "has the keys that the code uses",
    isKept: has("KeySchema", [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ]),
    breakIt: set("KeySchema", [{ AttributeName: "pk", KeyType: "HASH" }]),
  },
  {
    type: TABLE,
    promise: "is paid by use",
    isKept: has("BillingMode", "PAY_PER_REQUEST"),
    breakIt: set("BillingMode", "PROVISIONED"),
  },
  {
    type: TABLE,
    promise: "forgets what has expired",
    isKept: has("TimeToLiveSpecification", { AttributeName: "expires_at", Enabled: true }),
    breakIt: set("TimeToLiveSpecification", undefined),
  },
  {
    type: TABLE,
    promise: "can be brought back as it was",
    isKept: has("PointInTimeRecoverySpecification", { PointInTimeRecoveryEnabled: true }),
    breakIt: set("PointInTimeRecoverySpecification", undefined),
  },
  {
    type: TABLE,
    promise: "is encrypted",
    isKept: has("SSESpecification", { SSEEnabled: true }),
    breakIt: set("SSESpecification", undefined),
  },
  {
    type: TABLE,
    promise: "cannot be deleted by mistake",
    isKept: has("DeletionProtectionEnabled", true),
    breakIt: set("DeletionProtectionEnabled", undefined),
  },
  {
    type: TABLE,
    promise: "outlives its stack, and a change that would replace it",
    isKept: (table) => table.DeletionPolicy === "Retain" && table.UpdateReplacePolicy === "Retain",
    breakIt: (table) => {
      delete table.UpdateReplacePolicy;
    },
  },
  {
    type: TABLE,
    promise: "has the stack's name, so that a stack that is made again finds what it knew",
    isKept: has("TableName", { Ref: "AWS::StackName" }),
    breakIt: set("TableName", undefined),
  },
  {
    type: TABLE,
    promise: "hands its items on to nobody",
    isKept: has("StreamSpecification", undefined),
    breakIt: set("StreamSpecification", { StreamViewType: "NEW_IMAGE" }),
  },
];
