import { at, ofType, referredTo } from "../template.ts";
import { isTlsOnly } from "./policies.ts";
import { has, type Rule, set } from "./rule.ts";
import { isWatched } from "./schedules.ts";

const STAGE = "AWS::ApiGatewayV2::Stage";
const API = "AWS::ApiGatewayV2::Api";
const ROUTE = "AWS::ApiGatewayV2::Route";
const LOG_GROUP = "AWS::Logs::LogGroup";

export const edgeRules: Rule[] = [
  {
    type: API,
    promise: "answers no browser of another site",
    isKept: has("CorsConfiguration", undefined),
    breakIt: set("CorsConfiguration", { AllowOrigins: ["*"] }),
  },
  {
    type: API,
    promise: "is watched by an alarm when it answers 5xx",
    isKept: (api, template) => isWatched(api, "5xx", template),
    breakIt: (_, template) => {
      for (const alarm of ofType(template, "AWS::CloudWatch::Alarm")) alarm.Properties.Dimensions = [];
    },
  },
  {
    type: ROUTE,
    promise: "is the webhooks' own: there is no other, and none for whatever comes",
    isKept: has("RouteKey", "POST /webhooks/{name}"),
    breakIt: set("RouteKey", "$default"),
  },
  {
    type: "AWS::ApiGatewayV2::Integration",
    promise: "hands the request to the receiver as it came, in the form that it reads",
    isKept: ({ Properties }, template) =>
      Properties.PayloadFormatVersion === "2.0" &&
      Properties.RequestParameters === undefined &&
      referredTo(Properties.IntegrationUri, template)?.Properties.Handler ===
        "functions/receive-hrflow-webhook.handler",
    breakIt: set("PayloadFormatVersion", "1.0"),
  },
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
    type: LOG_GROUP,
    promise: "is kept for longer than a message can wait, so that a dead letter can be explained",
    isKept: ({ Properties }) => Number(Properties.RetentionInDays) > 14,
    breakIt: set("RetentionInDays", 7),
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
