/**
 * A Chromium for the browser test: the one of the machine, or, on Linux x64, one that npm brings.
 *
 * @see https://playwright.dev/docs/browsers#google-chrome--microsoft-edge
 * @see https://github.com/Sparticuz/chromium
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type LaunchOptions } from "playwright-core";

const DIRECTORY = fileURLToPath(new URL(".", import.meta.url));
const PACKAGE = join(DIRECTORY, "node_modules/@sparticuz/chromium/build/index.js");
const UNPACKED = join(DIRECTORY, "node_modules/.unpacked");
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"];
/** Where Chrome and Edge are on Windows and macOS, Playwright knows. */
const CHANNELS = ["chrome", "msedge"];

/** The package's own names Lambda's directories. Without a font all text is of no size, which counts as hidden. */
const FONTS =
  '<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>';

const NONE = `There is no Chromium or Chrome on this machine: install one, or say where it is with CHROMIUM_PATH=/path/to/chromium`;

/** @throws Error that says what to do, when no browser can be had */
export async function openBrowser(): Promise<Browser> {
  const given = process.env.CHROMIUM_PATH;
  if (given !== undefined) return chromium.launch({ executablePath: given });
  const found = findOnPath();
  if (found !== undefined) return chromium.launch({ executablePath: found });
  for (const channel of CHANNELS) {
    const browser = await chromium.launch({ channel }).catch(() => undefined);
    if (browser) return browser;
  }
  if (process.platform === "linux" && process.arch === "x64") return chromium.launch(await fromNpm());
  throw new Error(NONE);
}

function findOnPath(): string | undefined {
  const directories = (process.env.PATH ?? "").split(delimiter).filter((directory) => directory !== "");
  return NAMES.flatMap((name) => directories.map((directory) => join(directory, name))).find(existsSync);
}

/** Installed when it is wanted for the first time, so that no `npm ci` has to carry it. */
async function fromNpm(): Promise<LaunchOptions> {
  if (!existsSync(PACKAGE)) install();
  if (!existsSync(UNPACKED)) await unpack();
  const env = {
    ...process.env,
    // The libraries that a server without a desktop does not have, and its fonts.
    LD_LIBRARY_PATH: join(UNPACKED, "al2023/lib"),
    FONTCONFIG_PATH: join(UNPACKED, "fonts"),
  };
  return { executablePath: join(UNPACKED, "chromium"), env };
}

function install(): void {
  try {
    execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: DIRECTORY, stdio: "inherit" });
  } catch (cause) {
    throw new Error(`${NONE}. npm could not bring one`, { cause });
  }
}

/** Unpacked beside, and renamed when it is whole. The package unpacks into the directory for temporary files. */
async function unpack(): Promise<void> {
  const directory = `${UNPACKED}.new`;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const script = `await (await import(${JSON.stringify(PACKAGE)})).default.executablePath()`;
  // On Lambda it brings its libraries along; so it has to be told that it is there.
  const env = { ...process.env, TMPDIR: directory, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" };
  execFileSync(process.execPath, ["--input-type=module", "--eval", script], { env, stdio: "inherit" });
  writeFileSync(join(directory, "fonts/fonts.conf"), FONTS);
  renameSync(directory, UNPACKED);
}
