import type { Connection, Provider } from "../../api/shapes";
import type { Tone } from "../../parts/Chip";
import { text } from "../../text";

export type Word = keyof typeof text.integrations.chips;
export type Action = "connect" | "setup" | "reconnect" | "errors" | "resume" | "none";

export interface State {
  word: Word;
  tone: Tone;
  action: Action;
}

const TONES: Record<Connection["status"], Tone> = {
  pending: "wait",
  active: "good",
  rate_limited: "wait",
  needs_attention: "bad",
  reauth_required: "bad",
  paused: "wait",
  disconnected: "plain",
};

/** How a CRM without a living connection stands, and what comes next. */
export function providerState(provider: Provider): State {
  if (!provider.configured) return { word: "not_set_up", tone: "plain", action: "setup" };
  if (!provider.available) return { word: "not_available", tone: "plain", action: "none" };
  return { word: "connect", tone: "plain", action: "connect" };
}

/** How a connection stands, and what comes next: the one place where its status becomes words and buttons. */
export function connectionState(connection: Connection, errors: number): State {
  const { status } = connection;
  if (status === "active" && connection.syncing) return { word: "syncing", tone: "good", action: errors ? "errors" : "none" };
  const tone = TONES[status] ?? "plain";
  if (status === "reauth_required" || status === "pending" || status === "disconnected") return { word: status, tone, action: "reconnect" };
  if (status === "paused") return { word: status, tone, action: "resume" };
  return { word: status, tone, action: errors ? "errors" : "none" };
}
