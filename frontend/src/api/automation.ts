/** What the answers about automations hold. Fields with a question mark are left out by the hub where there is nothing to say. */
import type { components, paths } from "./schema.gen";

export type AutomationStatus = "inactive" | "active" | "paused" | "disabled";
export type RunBy = "make" | "native";
export type ExecutionStatus = "waiting" | "retrying" | "succeeded" | "failed" | "cancelled";
export type HealthState = "healthy" | "failing" | "paused" | "disabled" | "unused";

/** A kind of thing with the words for it. */
export interface Labelled {
  type: string;
  label: string;
}

/** What lacks, or what one should know: cause and cure. */
export interface Advice {
  code: string;
  message: string;
  hint: string;
}

/** The part of JSON Schema that settings of templates are described in. */
export interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  anyOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
}

export interface Template {
  _id: string;
  id: string;
  name: string;
  description: string;
  trigger: Labelled;
  actions: Labelled[];
  useCase: string;
  category: string;
  requires: { code: string; label: string }[];
  runBy: RunBy[];
  configSchema: Schema;
  samplePayload: unknown;
}

export type Steps = Record<string, string>;

export interface Health {
  state: HealthState;
  failures: number;
  failingSince?: string;
  lastSuccessAt?: string;
  lastFailureAt?: string;
  lastCode?: string;
  lastStatus?: number;
  waiting: number;
  waitingMore: boolean;
  pausedUntil?: string;
}

export interface EndpointView {
  _id: string;
  /** Masked: the address is a secret by itself. */
  url: string;
  looksLikeMake: boolean;
  hasMakeApiKey: boolean;
  perSecond: number;
  concurrency: number;
  ordered: boolean;
  /** Seconds between tries, where they are not the standard ones. */
  schedule?: number[] | null;
  timeoutSeconds: number;
  state: string;
  code?: string;
  health: Health;
}

type Bodies = components["schemas"];
export type NewAutomation = Bodies["CreateBody"];
/** What can be changed; `null` takes away. */
export type AutomationChange = paths["/api/v1/automation/{id}"]["patch"]["requestBody"]["content"]["application/json"];
export type EndpointSettings = Bodies["EndpointForm"];

export interface Automation {
  _id: string;
  name: string;
  templateId?: string;
  definition?: Bodies["DefinitionBody"];
  status: AutomationStatus;
  reason?: Advice & { at: string };
  runBy: RunBy;
  trigger: Labelled;
  filter?: string;
  config: Record<string, unknown>;
  makeScenarioId?: string;
  webhookUrl: string;
  webhookUrlNote?: string;
  requireSignature: boolean;
  endpoint?: EndpointView;
  missing: Advice[];
  warnings: Advice[];
  setupInstructions: Steps;
  createdAt: string;
  updatedAt: string;
  activatedAt?: string;
  stats?: Tally;
  /** Shown once, with the change that brought the first address. */
  signingSecret?: string;
}

export interface Created {
  automation: Automation;
  webhookUrl: string;
  /** Absent where the answer is a repetition: a secret is shown once. */
  webhookSecret?: string;
  signingSecret?: string;
  setupInstructions: Steps;
}

/** Executions that have settled, each counted once. */
export interface Tally {
  totalExecutions: number;
  successfulExecutions: number;
  failedExecutions: number;
  /** Per cent with two decimals, as text. */
  successRate: string;
}

export interface Stats extends Tally {
  total: number;
  active: number;
  inactive: number;
}

export interface Execution {
  _id: string;
  automationId?: string;
  automationName?: string;
  hookId?: string;
  eventId: string;
  eventType: string;
  recordId?: string;
  status: ExecutionStatus;
  attempts: number;
  lastStatus?: number;
  code?: string;
  message?: string;
  origin: string;
  hop: number;
  test?: boolean;
  replayOf?: string;
  /** The push by which the hub does the work itself; no address is called then. */
  runId?: string;
  createdAt: string;
  settledAt?: string;
  nextAt?: string;
  durationMs?: number;
}

export interface Attempt {
  n: number;
  at: string;
  milliseconds: number;
  status?: number;
  code: string;
  message: string;
  sentHeaders: Record<string, string>;
  headers: Record<string, string>;
  body: string;
  nextAt?: string;
}

export interface ExecutionDetail extends Execution {
  payload: unknown;
  report?: { ok: boolean; at: string; message?: string; result?: unknown };
  hint?: string;
  attemptsList: Attempt[];
}

export interface EventType {
  type: string;
  description: string;
  schema: unknown;
  example: unknown;
  /** Whether an automation can be started by it. */
  starts: boolean;
}

export interface Hook {
  _id: string;
  targetUrl?: string;
  eventTypes: string[];
  filter?: string;
  active: boolean;
  reason?: Advice & { at: string };
  createdAt: string;
}

export interface ExecutionFilter {
  automationId?: string;
  status?: ExecutionStatus;
  eventType?: string;
  recordId?: string;
  since?: string;
  until?: string;
}
