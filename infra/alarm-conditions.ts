/** When alarms ring, each number with its reason. */

const MINUTE = 60;
export const HOUR = 3600;
const DAY = 24 * HOUR;

/** When an alarm rings. */
export interface Condition {
  statistic?: "Maximum" | "Sum";
  periodInSeconds: number;
  /** So many periods in a row. */
  periods: number;
  comparison: "GreaterThanOrEqualToThreshold" | "GreaterThanThreshold" | "LessThanThreshold";
  threshold: number;
  /** What no data at all means. */
  missing: "breaching" | "ignore" | "notBreaching";
}

/** One message is one too many: it waits for a person, and is lost when the queue's 14 days are over. */
export const ANY_MESSAGE: Condition = {
  statistic: "Maximum",
  periodInSeconds: 5 * MINUTE,
  periods: 1,
  comparison: "GreaterThanThreshold",
  threshold: 0,
  missing: "notBreaching",
};
/**
 * A push takes seconds, and a hiccup of a vendor is over in an hour. Two hours are an outage. Messages are given up after 48,
 * so that there is time left to act.
 */
const LONG_WAIT_IN_SECONDS = 2 * HOUR;
export const LONG_WAIT: Condition = {
  statistic: "Maximum",
  periodInSeconds: 5 * MINUTE,
  periods: 3,
  comparison: "GreaterThanThreshold",
  threshold: LONG_WAIT_IN_SECONDS,
  missing: "notBreaching",
};
/** Attempts are half an hour apart at most, so that an hour always has one. Queries see three hours. */
export const LONG_RETRY: Condition = { ...LONG_WAIT, periodInSeconds: HOUR, periods: 1 };
/** One that fails is tried again by its queue or by Scheduler; three within 15 minutes are a fault that stays. */
export const SEVERAL_ERRORS: Condition = {
  statistic: "Sum",
  periodInSeconds: 15 * MINUTE,
  periods: 1,
  comparison: "GreaterThanOrEqualToThreshold",
  threshold: 3,
  missing: "notBreaching",
};
/** HrFlow documents no retry of its webhooks: each of these may be an event that is lost. */
export const ANY_LOSS: Condition = {
  statistic: "Sum",
  periodInSeconds: 5 * MINUTE,
  periods: 1,
  comparison: "GreaterThanThreshold",
  threshold: 0,
  missing: "notBreaching",
};
/** One passes by itself, and what was throttled comes again. For a quarter of an hour on end it does not. */
export const STEADY_THROTTLING: Condition = { ...ANY_LOSS, periods: 3 };
/** Attempts are half an hour apart at most. That a rotated secret is read again is no refusal. */
export const ANY_REFUSAL: Condition = { ...ANY_LOSS, periodInSeconds: HOUR };
/**
 * Ages count from the beginning of a day: one of three days is a change that has failed for two at least. A daily run has
 * one value a day, so that the alarm stays as it is in between.
 */
export const STALE_CHANGE: Condition = {
  periodInSeconds: HOUR,
  periods: 1,
  comparison: "GreaterThanThreshold",
  threshold: 3 * DAY,
  missing: "ignore",
};
