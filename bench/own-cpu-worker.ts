/**
 * The engines with a world that answers at once: what vendors say is recorded from the simulators the first time and
 * repeated from then on, and the table is in memory. What is left is the work of Relay and its libraries.
 */
import flatchr from "../lib/connectors/flatchr/index.ts";
import teamtailor from "../lib/connectors/teamtailor/index.ts";
import { createEnvironment, type Environment } from "../lib/environment.ts";
import { unpaced } from "../lib/http/pace.ts";
import { runPush } from "../lib/push/run.ts";
import { createSecretReader } from "../lib/secrets/secrets.ts";
import { readSettings } from "../lib/settings.ts";
import { runUpdate } from "../lib/update/run.ts";
import { checkWorkflows } from "../lib/workflow/workflow.ts";
import { startSimulators } from "../local/simulators.ts";
import { sampleProfile } from "../local/vendors/sample-profiles.ts";
import { createTable } from "../test/simulation/table.ts";

/** What one profile took in one round. */
interface Round {
  ownInMs: number;
  jsonInMs: number;
}

export interface OwnCpuReport {
  profileInBytes: number;
  push: Round[];
  update: Round[];
}

const PROFILE_IN_BYTES = 20_000;
const ROUNDS = 9;
const WARM_UP_ROUNDS = 3;
const PROFILES_PER_ROUND = 150;
const SECRETS = {
  "hrflow/bench": { api_secret: "ask_bench", api_user: "bench@example.com", webhook_secret: "bench" },
  "teamtailor/bench": { auth: "bench" },
  "flatchr/bench": { api_key: "bench", company_id: "" },
};

const simulators = await startSimulators(SECRETS, () => undefined);
SECRETS["flatchr/bench"].company_id = simulators.flatchr.companyId;
simulators.teamtailor.settings.rateLimit = false;
const source = simulators.hrflow.addSource({});

let table = createTable();
const answering = {
  send: async ({ input }: { input: { SecretId: keyof typeof SECRETS } }) => ({
    SecretString: JSON.stringify(SECRETS[input.SecretId]),
  }),
};
const environment: Environment = {
  ...createEnvironment(),
  settings: readSettings({ TABLE_NAME: "bench", ...simulators.environment }),
  pacer: unpaced,
  dynamodb: { send: (command: object) => table.send(command) } as never,
  secrets: createSecretReader(answering as never, () => Date.now()),
  fetch: repeating(globalThis.fetch),
};
const declared = [
  { workflow_id: "bench-push", action: "push_profile_to_teamtailor", ...auth("teamtailor/bench") },
  {
    workflow_id: "bench-update",
    action: "update_profiles_in_hrflow_from_flatchr",
    ...auth("flatchr/bench"),
    push_parameters: { source_key: source.key },
  },
];
const workflows = checkWorkflows(declared, [flatchr, teamtailor]);

/** Answers as the vendor did the first time. */
function repeating(call: typeof fetch): typeof fetch {
  const answers = new Map<string, { status: number; headers: Headers; body: ArrayBuffer }>();
  return async (input, init) => {
    const request = input instanceof Request ? input : new Request(input, init);
    const name = `${request.method} ${request.url}`;
    let answer = answers.get(name);
    if (answer === undefined) {
      const real = await call(request);
      answer = { status: real.status, headers: real.headers, body: await real.arrayBuffer() };
      answers.set(name, answer);
    }
    return new Response(answer.body.byteLength > 0 ? answer.body : null, answer);
  };
}

function auth(secret: string) {
  return { hrflow_auth: { secret: "hrflow/bench" }, connector_auth: { secret } };
}

/** A profile as a long CV makes it: jobs, degrees and skills, and a fifth of it text. */
function profileOf(index: number) {
  const { profile } = sampleProfile(index);
  const text = "Ada wrote a program. ".repeat(PROFILE_IN_BYTES / 100);
  const { experiences = [], educations = [], skills = [] } = profile;
  const long = {
    ...profile,
    text,
    experiences: [...experiences],
    educations: [...educations],
    skills: [...skills],
  };
  while (Buffer.byteLength(JSON.stringify(long)) < PROFILE_IN_BYTES) {
    long.experiences.push(...experiences);
    long.educations.push(...educations);
    long.skills.push(...skills);
  }
  return long;
}

/** @param work on so many profiles @param repeated what is worked on, as JSON */
async function measure(work: () => Promise<number>, text: string): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    let before = process.cpuUsage();
    const profiles = await work();
    const ownInMs = millisecondsSince(before) / profiles;
    before = process.cpuUsage();
    let length = 0;
    for (let index = 0; index < profiles; index += 1) length += JSON.stringify(JSON.parse(text)).length;
    if (length === 0) throw new Error("nothing was serialised");
    rounds.push({ ownInMs, jsonInMs: millisecondsSince(before) / profiles });
  }
  return rounds.slice(WARM_UP_ROUNDS);
}

function millisecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const stored = simulators.hrflow.putProfile({ ...profileOf(0), source_key: source.key });
const text = JSON.stringify(stored);
const reference = { sourceKey: source.key, profileKey: stored.key };

const push = await measure(async () => {
  const workflow = workflows.runnable.get("bench-push");
  if (workflow?.direction !== "push") throw new Error("it is a push");
  for (let index = 0; index < PROFILES_PER_ROUND; index += 1) {
    table = createTable(); // Nothing is known of the profile: it is created again.
    const { answer } = await runPush(workflow, reference, 170_000, environment);
    if (answer.items[0]?.outcome !== "created")
      throw new Error(`the push ended ${answer.reason}: ${answer.message}`);
  }
  return PROFILES_PER_ROUND;
}, text);

simulators.flatchr.addVacancy({ title: "Data Engineer" });
simulators.flatchr.generateCandidates(PROFILES_PER_ROUND);
for (const [index, { id, email }] of simulators.flatchr.candidates().entries()) {
  const profile = profileOf(index);
  simulators.hrflow.putProfile({
    ...profile,
    info: { ...profile.info, email },
    source_key: source.key,
    reference: id,
  });
}
const update = await measure(async () => {
  const workflow = workflows.runnable.get("bench-update");
  if (workflow?.direction !== "update") throw new Error("it is an update");
  // Not incremental, and HrFlow tells the profile as it was: every candidate is written again.
  const { answer } = await runUpdate(workflow, workflows, undefined, () => 900_000, environment);
  if (answer.events.write_success !== PROFILES_PER_ROUND)
    throw new Error(`the update ended ${answer.reason}: ${answer.message}`);
  return PROFILES_PER_ROUND;
}, text);

process.send?.({ profileInBytes: Buffer.byteLength(text), push, update } satisfies OwnCpuReport);
process.exit(0);
