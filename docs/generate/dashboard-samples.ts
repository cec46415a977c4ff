/**
 * Invented figures for the picture of the dashboard: a day of a deployment, seen half past two in the afternoon, when
 * Teamtailor has been down since noon.
 */
import type { Line } from "../../infra/widgets.ts";

export const HOURS = 24;
export const STEPS_AN_HOUR = 2;
/** The hour of the day at the left edge. */
export const FIRST_HOUR = 14.5;
const DOWN_SINCE = 21.5; // in hours from the left edge: noon

/** The alarms that ring at that hour. */
export const RINGING = /^Alarm(MessagesWaiting.*[Tt]eamtailor|MessagesRetried)/;

/** One value for each half hour; undefined where nothing was measured. */
export function samplesOf(line: Line): (number | undefined)[] {
  const about = JSON.stringify(line);
  const name = /MetricName=\\"(\w+)/.exec(about)?.[1] ?? String(line[1]);
  const statistic = /'(p\d+)'/.exec(about)?.[1] ?? /"stat":"(\w+)"/.exec(about)?.[1] ?? "";
  const isTotal = line.length === 1;
  const isDown = /teamtailor/i.test(about);
  const sample = (FIGURES[`${name} ${statistic}`] ?? FIGURES[name] ?? NOTHING)({ isTotal, isDown, about });
  return Array.from({ length: HOURS * STEPS_AN_HOUR + 1 }, (_, step) =>
    sample(step / STEPS_AN_HOUR, noise(`${about}${step}`)),
  );
}

interface About {
  isTotal: boolean;
  /** Of the vendor that is down. */
  isDown: boolean;
  about: string;
}
type Sample = (hour: number, noise: number) => number | undefined;

const NOTHING = () => () => 0;
/** As people work: most at ten and at three, little at night. */
const activity = (hour: number) => {
  const hourOfDay = (FIRST_HOUR + hour) % 24;
  return 0.06 + Math.max(0, Math.sin(((hourOfDay - 6.5) / 13) * Math.PI)) ** 1.5;
};
const isDownAt = (hour: number) => hour >= DOWN_SINCE;
const secondsDown = (hour: number) => Math.max(0, hour - DOWN_SINCE) * 3600;
/** So many in five minutes at the busiest; of a total, three workflows together. */
const flow =
  (most: number) =>
  ({ isTotal, isDown }: About): Sample =>
  (hour, noise) => {
    const workflows = isTotal ? (isDownAt(hour) ? 2 : 3) : isDown && isDownAt(hour) ? 0 : 1;
    return most * workflows * activity(hour) * (0.75 + noise / 2);
  };
const steady = (least: number, spread: number) => (): Sample => (_, noise) => least + spread * noise;
const onceAnHour = (value: (hour: number, noise: number) => number) => (): Sample => (hour, noise) =>
  Number.isInteger(hour) ? value(hour, noise) : undefined;

const FIGURES: Record<string, (about: About) => Sample> = {
  webhooks_received: () => (hour, noise) => 30 * activity(hour) * (0.75 + noise / 2),
  messages_stored: () => (hour, noise) => 84 * activity(hour) * (0.75 + noise / 2),
  webhooks_refused: () => (hour) => (hour === 19.5 ? 4 : 0),
  Count: () => (hour, noise) => 31 * activity(hour) * (0.75 + noise / 2),
  "4xx": () => (hour) => (hour === 19.5 ? 4 : 0),

  pushes_created: flow(7),
  pushes_updated: flow(11),
  pushes_unchanged: flow(6),
  pushes_discarded: flow(1.5),
  messages_retried:
    ({ isTotal, isDown }) =>
    (hour, noise) =>
      (isTotal || isDown) && isDownAt(hour) ? 14 + 12 * (hour - DOWN_SINCE) + 4 * noise : 0,
  "push_lag p50": steady(2, 1),
  "push_lag p90":
    ({ isTotal, isDown }) =>
    (hour, noise) =>
      isDown && !isTotal && isDownAt(hour) ? undefined : 7 + 5 * noise,
  message_age:
    ({ isTotal, isDown }) =>
    (hour) =>
      (isTotal || isDown) && isDownAt(hour) ? secondsDown(hour) : undefined,
  ApproximateAgeOfOldestMessage:
    ({ isDown, about }) =>
    (hour, noise) => {
      if (about.includes("Update")) return 0;
      return isDown && isDownAt(hour) ? secondsDown(hour) : 20 * noise * activity(hour);
    },
  ApproximateNumberOfMessagesVisible:
    ({ about }) =>
    (hour) =>
      about.includes("flatchr") && about.includes("Push") && hour > 5 && hour < 8 ? 2 : 0,

  update_write_success: onceAnHour((hour, noise) => Math.round(30 * activity(hour) * (0.5 + noise))),
  update_write_unchanged: onceAnHour((_, noise) => 60 + 20 * noise),
  update_write_failure: onceAnHour((hour) => (hour > 16 && hour < 20 ? 2 : 0)),
  update_pending: onceAnHour((hour) => (hour > 16 && hour < 20 ? 2 : 0)),
  updates_completed: onceAnHour(() => 1),
  update_oldest_pending_age: onceAnHour((hour) => (hour > 16 && hour < 20 ? (hour - 7) * 3600 : 0)),
  update_cursor_age: onceAnHour((hour) => (((FIRST_HOUR + hour) % 24) + 24) * 3600),

  vendor_latency:
    ({ isDown }) =>
    (hour, noise) =>
      isDown && isDownAt(hour) ? 3000 + 600 * noise : 220 + 180 * noise * activity(hour),
  vendor_rate_limited:
    ({ isDown }) =>
    (hour, noise) =>
      isDown && !isDownAt(hour) && activity(hour) > 0.9 ? Math.round(4 * noise) : 0,
};

/** From 0 to 1, and always the same. */
function noise(text: string): number {
  let hash = 2166136261;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return ((hash >>> 16) % 1000) / 1000;
}
