/** Stands in bundles for `@aws-sdk/endpoint-cache`: DynamoDB's client makes such a cache, and none of its commands uses it. */
export class EndpointCache {}
