import { asRelayError, VendorError } from "../errors.ts";

/**
 * Does a part of the work on one person. When a vendor refuses, its words may quote more than it was sent: they are
 * cleaned of all that is known of the person.
 *
 * @param person whatever is known: a profile, a candidate, a row
 * @throws RelayError
 */
export async function withoutQuotes<T>(person: unknown, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failure = asRelayError(error, "write_failure");
    for (let cause: unknown = failure.cause; cause instanceof Error; cause = cause.cause) {
      if (!(cause instanceof VendorError) || cause.detail === "") continue;
      failure.message = failure.message.replaceAll(cause.detail, cause.detailWithout(person));
    }
    throw failure;
  }
}
