import { at, referredTo } from "../template.ts";
import { isTlsOnly } from "./policies.ts";
import { type Rule, set } from "./rule.ts";

const STAGE = "AWS::ApiGatewayV2::Stage";
const LOG_GROUP = "AWS::Logs::LogGroup";

export const edgeRules: Rule[] = [
  {
    type: STAGE,
    promise: "is throttled",
    isKept: ({ Properties }) =>
      Number(at(Properties, "DefaultRouteSettings.ThrottlingRateLimit")) > 0 &&
      Number(at(Properties, "DefaultRouteSettings.ThrottlingBurstLimit")) > 0,
    breakIt: set("DefaultRouteSettings", {}),
  },
  {
    type: STAGE,
    promise: "logs every request as JSON, without the caller's address and path",
    isKept: ({ Properties }, template) => {
      const format = String(at(Properties, "AccessLogSettings.Format"));
      const fields = Object.values(JSON.parse(format) as Record<string, string>);
      return (
        referredTo(at(Properties, "AccessLogSettings.DestinationArn"), template)?.Type === LOG_GROUP &&
        !fields.some((field) => /identity|authorizer|path|domain/i.test(field))
      );
    },
    breakIt: ({ Properties }) => {
      Object.assign(Properties.AccessLogSettings as object, {
        Format: '{"from":"$context.identity.sourceIp"}',
      });
    },
  },
  {
    type: LOG_GROUP,
    promise: "is kept for a limited time",
    isKept: ({ Properties }) => Number(Properties.RetentionInDays) <= 90,
    breakIt: set("RetentionInDays", undefined),
  },
  {
    type: "AWS::S3::Bucket",
    promise: "is encrypted",
    isKept: ({ Properties }) => Properties.BucketEncryption !== undefined,
    breakIt: set("BucketEncryption", undefined),
  },
  {
    type: "AWS::S3::Bucket",
    promise: "is closed to the public",
    isKept: ({ Properties }) =>
      Object.values(Properties.PublicAccessBlockConfiguration ?? {}).filter(Boolean).length === 4,
    breakIt: set("PublicAccessBlockConfiguration", undefined),
  },
  {
    type: "AWS::S3::BucketPolicy",
    promise: "lets nothing in but TLS",
    isKept: isTlsOnly,
    breakIt: set("PolicyDocument", { Statement: [] }),
  },
];
