// New part: files go up by tus as soon as they are chosen, resume where a lost connection left
// them, and become a part when its name is there and all of them have arrived.

import { Upload } from "tus-js-client";

import { call, csrf } from "./shared/api";
import { copyOf, refuse, the } from "./shared/dom";
import { bytes, said } from "./shared/words";

const ENDPOINT = "/api/v1/uploads";
const RETRY_MS = [0, 500, 1500, 3000, 5000, 10_000, 20_000];

interface Entry {
  file: File;
  row: HTMLElement;
  upload: Upload;
  finished: boolean;
  broken: boolean;
}

const entries = new Set<Entry>();
const form = the<HTMLFormElement>("#new-part");
const list = the<HTMLElement>("#files");
const status = the<HTMLElement>("#upload-status");
const problem = the<HTMLElement>("[data-problem]", form);
const drop = the<HTMLElement>(".drop");
const input = the<HTMLInputElement>("#choose");
const profile = the<HTMLSelectElement>("#profile");

function part(entry: Entry, name: string): HTMLElement {
  return the<HTMLElement>(`[data-part="${name}"]`, entry.row);
}

function tell(entry: Entry, words: string, kind: "" | "done" | "failed"): void {
  part(entry, "state").textContent = words;
  entry.row.className = kind;
  part(entry, "retry").hidden = kind !== "failed";
}

function summarise(): void {
  const done = [...entries].filter((entry) => entry.finished).length;
  status.textContent = entries.size
    ? said("island.uploaded", undefined, { done: String(done), all: String(entries.size) })
    : "";
}

function begin(file: File): void {
  const row = copyOf("#file-row");
  const entry: Entry = { file, row, finished: false, broken: false, upload: uploadOf(file, () => entry) };
  entries.add(entry);
  part(entry, "name").textContent = file.name;
  part(entry, "size").textContent = bytes(file.size);
  part(entry, "bar").setAttribute("aria-label", file.name);
  part(entry, "remove").setAttribute("aria-label", `${said("island.remove")}: ${file.name}`);
  part(entry, "retry").addEventListener("click", () => start(entry));
  part(entry, "remove").addEventListener("click", () => remove(entry));
  list.append(row);
  list.hidden = false;
  void start(entry);
}

function uploadOf(file: File, entry: () => Entry): Upload {
  return new Upload(file, {
    endpoint: ENDPOINT,
    retryDelays: RETRY_MS,
    metadata: { filename: file.name },
    headers: { "X-CSRF-Token": csrf() },
    removeFingerprintOnSuccess: true,
    onProgress: (sent, total) => {
      const bar = part(entry(), "bar") as HTMLProgressElement;
      bar.max = total || 1;
      bar.value = total ? sent : 1;
      tell(entry(), `${Math.floor((100 * sent) / (total || 1))} %`, "");
    },
    onSuccess: () => {
      entry().finished = true;
      const bar = part(entry(), "bar") as HTMLProgressElement;
      bar.value = bar.max;
      tell(entry(), said("island.arrived"), "done");
      summarise();
    },
    onError: () => {
      entry().broken = true;
      tell(entry(), said("island.interrupted"), "failed");
      summarise();
    },
  });
}

async function start(entry: Entry): Promise<void> {
  entry.broken = false;
  tell(entry, said("island.starting"), "");
  const earlier = await entry.upload.findPreviousUploads();
  if (earlier[0] && !entry.upload.url) entry.upload.resumeFromPreviousUpload(earlier[0]);
  entry.upload.start();
  summarise();
}

async function remove(entry: Entry): Promise<void> {
  entries.delete(entry);
  entry.row.remove();
  list.hidden = entries.size === 0;
  summarise();
  input.focus();
  // What arrived of it is destroyed at once; if that fails, it expires.
  await entry.upload.abort(true).catch(() => undefined);
}

function allArrived(): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      const every = [...entries];
      if (every.some((entry) => entry.broken)) reject(new Error(said("island.some_interrupted")));
      else if (every.every((entry) => entry.finished)) resolve();
      else setTimeout(check, 150);
    };
    check();
  });
}

async function create(): Promise<void> {
  const button = the<HTMLButtonElement>("button.first", form);
  problem.hidden = true;
  button.disabled = true;
  try {
    if (entries.size === 0) throw new Error(said("island.no_files"));
    await allArrived();
    const uploads = [...entries].map((entry) => entry.upload.url?.replace(/^.*\//, ""));
    const made = await call<{ id: string }>("POST", "/api/v1/parts", {
      name: the<HTMLInputElement>("#name").value,
      description: the<HTMLTextAreaElement>("#description").value,
      uploads,
      profile: profile.value,
    });
    location.assign(`/parts/${made.id}`);
  } catch (error) {
    refuse(problem, error);
    button.disabled = false;
  }
}

profile.addEventListener("change", () => {
  const picked = profile.selectedOptions[0];
  the<HTMLElement>("#profile-hint").textContent = picked?.dataset["summary"] ?? "";
});
input.addEventListener("change", () => {
  for (const file of input.files ?? []) begin(file);
  input.value = "";
});
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  for (const file of event.dataTransfer?.files ?? []) begin(file);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void create();
});
addEventListener("beforeunload", (event) => {
  if ([...entries].some((entry) => !entry.finished && !entry.broken)) event.preventDefault();
});
