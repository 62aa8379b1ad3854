import createClient, { type Middleware } from "openapi-fetch";
import { text } from "../text";
import { ApiError, errorFrom } from "./errors";
import type { paths } from "./schema.gen";

let csrf: string | null = null;

/** Keeps the token that a change needs beside the session's cookie. It lives in memory only. */
export function keepCsrf(token: string | null): void {
  csrf = token;
}

const HARMLESS = new Set(["GET", "HEAD", "OPTIONS"]);

const session: Middleware = {
  onRequest({ request }) {
    if (!HARMLESS.has(request.method) && csrf !== null) request.headers.set("x-csrf-token", csrf);
    return request;
  },
};

export const api = createClient<paths>({ baseUrl: "", credentials: "same-origin" });
api.use(session);

export interface Envelope<T> {
  data: T;
  nextCursor?: string | null;
}

interface Fetched {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** The envelope of an answer; a failure is thrown as an ApiError. */
export async function enveloped<T>(asked: Promise<unknown>): Promise<Envelope<T> & { status: number }> {
  let fetched: Fetched;
  try {
    fetched = (await asked) as Fetched;
  } catch {
    throw new ApiError(0, "unreachable", text.failure.unreachable, text.failure.unreachableHint, null);
  }
  const { response } = fetched;
  if (!response.ok) throw errorFrom(response.status, fetched.error, response.headers.get("x-request-id"));
  return { ...(fetched.data as Envelope<T>), status: response.status };
}

/** The `data` of an answer; a failure is thrown as an ApiError. */
export async function data<T>(asked: Promise<unknown>): Promise<T> {
  return (await enveloped<T>(asked)).data;
}

/** A key that makes the repetition of a write harmless. */
export function idempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
