/** The account, region and credentials of the local AWS: any would do, but all parts must agree. */
export const REGION = "eu-west-1";
export const ACCOUNT_ID = "000000000000";
export const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };

/** What an AWS SDK client needs to talk to a local service. */
export function clientSettings(endpoint: string) {
  return { endpoint, region: REGION, credentials: CREDENTIALS };
}

export function functionArn(name: string): string {
  return `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${name}`;
}
