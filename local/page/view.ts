/** The page as HTML. Whatever stands in a template is escaped by the library. */
import { html } from "hono/html";
import { nextStep } from "../../lib/run/next-step.ts";
import type { PageState, ShownLetter, ShownLink, ShownRun, ShownWorkflow } from "./state.ts";

type Html = ReturnType<typeof html>;

/** The whole page; what changes stands in `main`, and is exchanged by page.js. */
export async function pageHtml(state: PageState, origin: string): Promise<string> {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>HrFlow Relay on this machine</title>
        <link rel="icon" href="/page.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/page.css" />
        <script type="module" src="/page.js"></script>
      </head>
      <body>
        <header>
          <h1>HrFlow Relay <small>on this machine</small></h1>
          <p id="connection" role="status">connecting …</p>
        </header>
        <main>${stateHtml(state, origin)}</main>
        <footer>
          Only to be looked at. Ids and keys, and nothing of a person. To act: <code>aws lambda invoke</code>, see “By
          hand” in the README.
        </footer>
      </body>
    </html> `;
  return String(await page);
}

/** What changes. */
export async function mainHtml(state: PageState, origin: string): Promise<string> {
  return String(await stateHtml(state, origin));
}

function stateHtml({ workflows, runs, links, deadLetters, counts }: PageState, origin: string): Html {
  const example = workflows.find(({ webhookPath }) => webhookPath !== undefined)?.webhookPath;
  const sendOne = example
    ? html`have HrFlow send a webhook to <code>${origin}${example}</code>`
    : html`declare a workflow that pushes, in <code>workflows/index.ts</code>`;
  return html`
    ${sectionOf(
      "Workflows",
      workflows.length,
      tableOf(["Workflow", "Action", "Driven by", "Waiting"], workflows.map(workflowRow)),
      html`No workflow is declared: <code>workflows/index.ts</code> exports the list, or the file of <code>--workflows</code>.`,
    )}
    ${sectionOf(
      "Dead letters",
      counts.deadLetters,
      tableOf(["Since", "Workflow", "Profile", "Why", "What to do"], deadLetters.map(letterRow)),
      html`Nothing was given up. What cannot be pushed, however often it is tried, comes here with its reason.`,
      deadLetters.length,
    )}
    ${sectionOf(
      "Recent runs",
      counts.runs,
      tableOf(["Ended", "Workflow", "Outcome", "About", "Run"], runs.map(runRow)),
      html`No run yet: ${sendOne}, or run a function by hand with
        <code>aws lambda invoke --endpoint-url ${origin} …</code>`,
      runs.length,
    )}
    ${sectionOf(
      "Links",
      counts.links,
      tableOf(["Updated", "Workflow", "Profile", "Candidate", "Last push"], links.map(linkRow)),
      html`No profile has become a candidate yet: ${sendOne}.`,
      links.length,
    )}
  `;
}

function sectionOf(title: string, count: number, table: Html, whenEmpty: Html, shown = count): Html {
  const id = title.toLowerCase().replaceAll(" ", "-");
  const note = shown < count ? html`<small>the newest ${shown}</small>` : "";
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title} <span class="count">${count}</span> ${note}</h2>
    ${count === 0 ? html`<p class="empty">${whenEmpty}</p>` : scrollable(title, table)}
  </section>`;
}

/** Wider than a narrow window: it is scrolled by itself, also by keyboard. */
function scrollable(title: string, table: Html): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}, table">${table}</div>`;
}

function tableOf(columns: string[], rows: Html[]): Html {
  return html`<table>
    <thead>
      <tr>
        ${columns.map((column) => html`<th scope="col">${column}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function workflowRow(workflow: ShownWorkflow): Html {
  const { workflowId, action, webhookPath, schedule, isDryRun, missingSecrets, waiting } = workflow;
  return html`<tr>
    <th scope="row">${workflowId} ${isDryRun ? html`<span class="badge">dry run</span>` : ""}</th>
    <td>${action}</td>
    <td>
      ${webhookPath ? html`<code>POST ${webhookPath}</code>` : ""} ${schedule ? html`<code>${schedule}</code>` : ""}
      ${webhookPath || schedule ? "" : "hand"}
      ${missingSecrets.map(
        (name) =>
          html`<p class="problem">The secret ${name} is not there: give it in <code>--secrets</code></p>`,
      )}
    </td>
    <td class="number">${waiting}</td>
  </tr>`;
}

function letterRow({ since, workflowId, profileKey, reason, detail }: ShownLetter): Html {
  return html`<tr>
    <td>${timeOf(since)}</td>
    <th scope="row">${workflowId}</th>
    <td>${profileKey ? keyOf(profileKey) : "–"}</td>
    <td>${badge(reason, true)} ${detail ?? ""}</td>
    <td class="next">${nextStep(reason) ?? "See the function's log"}</td>
  </tr>`;
}

function runRow({ endedAt, workflowId, outcome, isFailure, about, detail, runId }: ShownRun): Html {
  return html`<tr>
    <td>${timeOf(endedAt)}</td>
    <th scope="row">${workflowId}</th>
    <td>${badge(outcome, isFailure)}</td>
    <td>${about} ${detail ? html`<p class="detail">${detail}</p>` : ""}</td>
    <td>${keyOf(runId)}</td>
  </tr>`;
}

function linkRow({ updatedAt, workflowId, profileKey, candidateId, outcome, isFailure }: ShownLink): Html {
  return html`<tr>
    <td>${updatedAt ? timeOf(updatedAt) : "–"}</td>
    <th scope="row">${workflowId}</th>
    <td>${keyOf(profileKey)}</td>
    <td><code>${candidateId ?? "–"}</code></td>
    <td>${badge(outcome, isFailure)}</td>
  </tr>`;
}

/** Told by its words, and by a mark and a colour as well. */
function badge(outcome: string, isFailure: boolean): Html {
  return html`<span class="badge ${isFailure ? "bad" : "good"}">${outcome.replaceAll("_", " ")}</span>`;
}

const KEY_CHARACTERS = 12;

function keyOf(key: string): Html {
  const isLong = key.length > KEY_CHARACTERS;
  return html`<code title="${key}">${isLong ? `${key.slice(0, KEY_CHARACTERS)}…` : key}</code>`;
}

/** By the clock of this machine, which is the reader's as well. */
function timeOf(time: Date): Html {
  const pad = (part: number) => String(part).padStart(2, "0");
  const day = [time.getFullYear(), pad(time.getMonth() + 1), pad(time.getDate())].join("-");
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(pad).join(":");
  return html`<time datetime="${time.toISOString()}" title="${time.toISOString()}">${day} <b>${clock}</b></time>`;
}
