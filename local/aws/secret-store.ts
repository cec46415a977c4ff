import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { ACCOUNT_ID, REGION } from "./identity.ts";

export interface SecretVersion {
  value: string;
  stages: string[];
  /** Seconds since 1970, as the API has it. */
  createdAt: number;
}

export interface StoredSecret {
  name: string;
  arn: string;
  createdAt: number;
  versions: Record<string, SecretVersion>;
}

/** The secrets by name, in memory, and in a file when one is given. */
export interface SecretStore {
  /** By name, whole ARN, or ARN without its random ending. */
  find(id: string): StoredSecret | undefined;
  list(): StoredSecret[];
  create(name: string): StoredSecret;
  /** Adds a version that takes these stages from the ones that had them, and moves AWSPREVIOUS as AWS does. */
  addVersion(secret: StoredSecret, value: string, stages?: string[], versionId?: string): string;
}

export function openSecretStore(file: string | undefined): SecretStore {
  const secrets = new Map<string, StoredSecret>();
  if (file && existsSync(file)) {
    const stored = JSON.parse(readFileSync(file, "utf8")) as StoredSecret[];
    for (const secret of stored) secrets.set(secret.name, secret);
  }
  const save = () => {
    if (!file) return;
    // Written beside and renamed, so that a kill in between leaves the old file whole.
    writeFileSync(`${file}.new`, JSON.stringify([...secrets.values()], null, 2), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  return {
    find: (id) =>
      secrets.get(id) ??
      [...secrets.values()].find(({ arn }) => arn === id || arn.replace(/-[A-Za-z0-9]{6}$/, "") === id),
    list: () => [...secrets.values()],
    create: (name) => {
      const suffix = randomUUID().slice(0, 6);
      const arn = `arn:aws:secretsmanager:${REGION}:${ACCOUNT_ID}:secret:${name}-${suffix}`;
      const secret: StoredSecret = { name, arn, createdAt: nowInSeconds(), versions: {} };
      secrets.set(name, secret);
      save();
      return secret;
    },
    addVersion: (secret, value, stages = ["AWSCURRENT"], versionId = randomUUID()) => {
      const formerCurrent = Object.values(secret.versions).find((version) =>
        version.stages.includes("AWSCURRENT"),
      );
      const moved = new Set(stages);
      if (moved.has("AWSCURRENT") && formerCurrent) moved.add("AWSPREVIOUS");
      for (const version of Object.values(secret.versions)) {
        version.stages = version.stages.filter((stage) => !moved.has(stage));
      }
      if (moved.has("AWSCURRENT")) formerCurrent?.stages.push("AWSPREVIOUS");
      for (const [id, version] of Object.entries(secret.versions)) {
        if (version.stages.length === 0) delete secret.versions[id];
      }
      secret.versions[versionId] = { value, stages: [...stages], createdAt: nowInSeconds() };
      save();
      return versionId;
    },
  };
}

function nowInSeconds(): number {
  return Date.now() / 1000;
}
