// Calls of the gateway's own JSON API from its own pages, and its refusals as one kind of error.

import { said } from "./words";

export interface ProblemDocument {
  type?: string;
  title?: string;
  status?: number;
  errors?: { field: string; problem: string }[];
  reasons?: Reason[];
}

export class Problem extends Error {
  constructor(readonly document: ProblemDocument, readonly status: number) {
    const code = (document.type ?? "").replace(/^.*\//, "");
    super(said(`problem.${code}`, document.title ?? said("island.unreachable")));
  }

  get reasons(): string[] {
    const given = this.document.reasons ?? [];
    const fields = (this.document.errors ?? []).map((one) => `${one.field}: ${one.problem}`);
    // Two law packs may miss the same thing; it is said once.
    return [...new Set([...given.map(words), ...fields])];
  }
}

interface Reason {
  code?: string;
  sentence?: string;
  about?: string;
  rule?: string;
}

/** One reason of a decision: what is wrong, what it is about, what would change it. */
function words(reason: Reason): string {
  const code = reason.code ?? "";
  const wrong = said(`deny.${code}`, reason.sentence ?? code);
  const about = reason.about ? ` (${reason.about})` : "";
  const remedy = said(`remedy.${code}`, "");
  return `${wrong}${about}${remedy ? ` ${remedy}` : ""}`;
}

export function csrf(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
}

/** Return the JSON answer of one call; throws a Problem when it is refused or never arrives. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json", "X-CSRF-Token": csrf() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = JSON.stringify(body);
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch {
    throw new Problem({}, 0);
  }
  const text = await answer.text();
  if (!answer.ok) throw new Problem(parsed(text), answer.status);
  return (text ? JSON.parse(text) : null) as T;
}

function parsed(text: string): ProblemDocument {
  try {
    return JSON.parse(text) as ProblemDocument;
  } catch {
    return {};
  }
}
