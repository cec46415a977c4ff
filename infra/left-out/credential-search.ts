/**
 * Stands in bundles for `@aws-sdk/credential-provider-node`, which looks for credentials in files, processes, sign-ins and
 * metadata services, with the clients for all of that: a fifth of a bundle. The clients of lib/environment.ts take the
 * credentials that Lambda puts into environment variables, and never ask here.
 */
export function defaultProvider(): never {
  throw new Error("No credentials were given to a client of the AWS SDK, and bundles cannot look for any");
}
