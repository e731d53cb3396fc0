// The landing page of a link. Nothing is sent before the person asks: loading this page, as mail
// scanners do, changes nothing. The token stays in the fragment and in the bodies of two calls.

import { call } from "./shared/api";
import { all, copyOf, refuse, the } from "./shared/dom";
import { bytes, moment } from "./shared/words";

interface Held {
  filename: string;
  plain_bytes: number;
  cleaned: boolean;
}

interface Look {
  files: Held[];
  file_count: number;
  expires_at: string;
  opens_left: number;
  needs_code: boolean;
  terms: { texts: Record<string, string> };
}

interface Session {
  files: (Held & { sha256: string; url: string })[];
  lease_expires_at: string;
}

const token = location.hash.slice(1);
// A tab's own memory, by the link's last letters: another link in this tab is another place.
const PLACE = `opened-${token.slice(-8)}`;
const stages = ["missing", "start", "held", "opened"] as const;

function stage(name: (typeof stages)[number]): HTMLElement {
  for (const one of stages) the<HTMLElement>(`#${one}`).hidden = one !== name;
  return the<HTMLElement>(`#${name}`);
}

function fill(within: HTMLElement, name: string, value: string | undefined): void {
  for (const place of all<HTMLElement>(`[data-fill="${name}"]`, within)) {
    place.textContent = value ?? "";
  }
}

async function attempt(button: HTMLButtonElement, work: () => Promise<void>): Promise<void> {
  const box = the<HTMLElement>("[data-problem]", button.closest("section") ?? document);
  box.hidden = true;
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    refuse(box, error);
  } finally {
    button.disabled = false;
  }
}

async function look(): Promise<void> {
  const found = await call<Look>("POST", "/d/look", { token });
  const held = stage("held");
  const { texts } = found.terms;
  fill(held, "count", String(found.file_count));
  fill(held, "until", moment(found.expires_at));
  fill(held, "opens", String(found.opens_left));
  const terms = texts[document.documentElement.lang.slice(0, 2)] ?? texts["en"] ?? "";
  the<HTMLElement>("#terms").replaceChildren(...paragraphs(terms));
  the<HTMLElement>("#code-field").hidden = !found.needs_code;
  the<HTMLInputElement>("#code").required = found.needs_code;
  the<HTMLElement>("#held-files").hidden = found.files.length === 0;
  the<HTMLElement>("#held-files").replaceChildren(
    ...found.files.map((file) => rowOf(file, "#held-row")),
  );
  warn(held, found.files);
  the<HTMLElement>("h1", held).focus();
}

function rowOf(file: Held, template: string): HTMLElement {
  const row = copyOf(template);
  fill(row, "filename", file.filename);
  fill(row, "size", bytes(file.plain_bytes));
  the<HTMLElement>("[data-label]", row).hidden = file.cleaned;
  return row;
}

/** Say it where a file among these goes as it came. */
function warn(within: HTMLElement, files: Held[]): void {
  the<HTMLElement>("[data-uncleaned]", within).hidden = files.every((file) => file.cleaned);
}

/** A text's paragraphs, their lines joined: with a space, but not within Chinese. */
function paragraphs(text: string): HTMLElement[] {
  return text.trim().split("\n\n").map((one) => {
    const made = document.createElement("p");
    made.textContent = one.replace(/(?<![\u2e80-\uffef])\n/g, " ").replaceAll("\n", "");
    return made;
  });
}

async function open(): Promise<void> {
  const code = the<HTMLInputElement>("#code").value.trim();
  const order = { token, accept_terms: the<HTMLInputElement>("#accept").checked };
  const session = await call<Session>("POST", "/d/open", code ? { ...order, code } : order);
  // The cookie is the session; what is kept here only lets a reloaded tab show the files again.
  const { files, lease_expires_at } = session;
  sessionStorage.setItem(PLACE, JSON.stringify({ files, lease_expires_at }));
  show(session);
}

function show(session: Session): void {
  const opened = stage("opened");
  fill(opened, "until", moment(session.lease_expires_at));
  const rows = session.files.map((file) => {
    const row = rowOf(file, "#file-row");
    fill(row, "sha256", file.sha256);
    const button = the<HTMLAnchorElement>("a", row);
    button.href = file.url;
    button.download = file.filename;
    button.setAttribute("aria-label", `${button.textContent}: ${file.filename}`);
    return row;
  });
  warn(opened, session.files);
  the<HTMLElement>("#files").replaceChildren(...rows);
  the<HTMLElement>("h1", opened).focus();
}

async function receipt(): Promise<void> {
  const signed = await call<Record<string, unknown>>("POST", "/d/receipt");
  const text = JSON.stringify(signed, null, 2);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "receipt.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  the<HTMLElement>("#complete").hidden = signed["complete"] !== true;
  the<HTMLElement>("#incomplete").hidden = signed["complete"] === true;
}

function resume(): void {
  const kept = sessionStorage.getItem(PLACE);
  if (!kept) return;
  const session = JSON.parse(kept) as Session;
  if (new Date(session.lease_expires_at) > new Date()) show(session);
}

function on(selector: string, work: () => Promise<void>): void {
  const button = the<HTMLButtonElement>(selector);
  button.addEventListener("click", () => void attempt(button, work));
}

on("#look", look);
on("#receipt", receipt);
the<HTMLFormElement>("#open").addEventListener("submit", (event) => {
  event.preventDefault();
  void attempt(the<HTMLButtonElement>("#open button"), open);
});
if (token) {
  stage("start");
  resume();
} else stage("missing");
