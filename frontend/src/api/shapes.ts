/** What answers hold. Fields with a question mark are left out by the hub where there is nothing to say. */

export interface Me {
  user: User;
  company: Company;
  role: string;
  rights: string[];
  via: string;
  csrfToken?: string;
}

export interface User {
  _id: string;
  email: string | null;
  name: string;
  role: string;
  disabled: boolean;
  external: boolean;
  createdAt: string;
}

export interface Company {
  _id: string;
  name: string;
  externalId: string | null;
  timeZone: string;
  country: string | null;
  createdAt: string;
}

export interface Provider {
  id: string;
  name: string;
  configured: boolean;
  available: boolean;
  redirectUri: string;
  missing: string[];
}

export type ConnectionStatus =
  | "pending"
  | "active"
  | "rate_limited"
  | "needs_attention"
  | "reauth_required"
  | "paused"
  | "disconnected";

export interface Connection {
  _id: string;
  provider: string;
  status: ConnectionStatus;
  statusReason?: { code: string; message: string; hint: string; until?: string };
  syncing: boolean;
  primary: boolean;
  /** Whether leads that are created or changed go to it by themselves. */
  automaticPush: boolean;
  accountInfo: { accountName: string; accountId: string; accountEmail?: string; accountUrl?: string; environment: string };
  tokens: { hasAccessToken: boolean; hasRefreshToken: boolean; tokenExpiry?: string; tokenExpiryEstimated: boolean };
  scopes: string[];
  createdBy: string;
  createdAt: string;
  connectedAt?: string;
  disconnectedAt?: string;
  /** What works now and may not for ever. */
  warnings: { code: string; message: string; hint: string }[];
}

export interface ConnectionTest {
  ok: boolean;
  provider: string;
  connectionId: string;
  latencyMs: number;
  checks: { name: string; ok: boolean; message: string; hint: string }[];
}

export interface Disconnected {
  _id: string;
  revokedAtVendor: boolean;
  message: string;
}

export interface Lead {
  _id: string;
  externalId?: string;
  firstName?: string;
  lastName?: string;
  email?: string;
  phone?: string;
  phoneRaw?: string;
  company?: string;
  title?: string;
  website?: string;
  address?: { street?: string; city?: string; region?: string; postalCode?: string; country?: string };
  source?: string;
  status?: string;
  value?: { amount: string; currency?: string };
  tags?: string[];
  consent?: { given: boolean; at?: string; source?: string };
  score?: number;
  custom: Record<string, unknown>;
  createdAt: string;
  updatedAt: string;
}

export interface CrmLink {
  provider: string;
  connectionId: string;
  accountName?: string;
  accountUrl?: string;
  object: string;
  crmId?: string;
  /** `creating`: a create was begun and its outcome is not known yet. `gone`, `redirect`: deleted or merged there. */
  state: string;
}

/** One event of a lead: what it was, who did it, and each changed field's values before and after. */
export interface TimelineEntry {
  _id: string;
  recordId: string;
  at: string;
  type: string;
  types: string[];
  by?: string;
  origin?: string;
  changes?: Record<string, [unknown, unknown]>;
  otherId?: string;
}

export interface SavedView {
  _id: string;
  name: string;
  ownerId: string;
  shared: boolean;
  filters: Record<string, string | string[]>;
  sort: string;
  columns: string[];
}

export interface SyncFailure {
  leadId: string;
  provider: string;
  code: string;
  error: string;
  hint: string;
  retryable: boolean;
}

export interface SyncAnswer {
  successful: { leadId: string; crmId: string; provider: string; action?: string }[];
  failed: SyncFailure[];
  total: number;
  run: Run;
}

export interface RunCounts {
  read: number;
  created: number;
  updated: number;
  unchanged: number;
  excluded: number;
  held: number;
  failed: number;
}

export interface Run {
  _id: string;
  status: string;
  total: number;
  counts: RunCounts;
  hint?: string;
  successful?: SyncAnswer["successful"];
  failed?: SyncFailure[];
}

/** An operation that was counted; of a push, `responseData` has its counts. */
export interface UsageEvent {
  _id: string;
  createdAt: string;
  eventType: string;
  status: string;
  metadata: { duration: number; responseData: Partial<RunCounts> };
  metrics: { apiCallsUsed: number; recordsProcessed: number };
}

export interface ErrorEntry {
  _id: string;
  occurredAt: string;
  firstAt: string;
  provider: string | null;
  connectionId: string | null;
  operation: string;
  code: string;
  vendorCode: string | null;
  message: string;
  cause: string;
  hint: string;
  retryable: boolean;
  leadId: string | null;
  requestId: string | null;
  correlationId: string | null;
  count: number;
}

export interface ColumnUse {
  header: string;
  field?: string | null;
  how: string;
  confidence: number;
}

interface Problem {
  code: string;
  message: string;
  hint?: string;
}

export interface ImportPreview {
  format: string;
  encoding: string;
  mixedEncoding: boolean;
  delimiter: string;
  headerRow: number;
  rows: number;
  rowsLookedAt: number;
  columns: ColumnUse[];
  /** Code to how many of the rows looked at have it. */
  problems: Record<string, number>;
  sample: { row: number; fields: Record<string, unknown>; rejected: Problem | null; warnings: Problem[] }[];
}

export interface ImportCounts {
  read: number;
  created: number;
  updated: number;
  unchanged: number;
  merged: number;
  rejected: number;
  warnings: number;
}

export interface ImportJob {
  _id: string;
  name: string;
  status: string;
  rows: number;
  counts: ImportCounts;
  reasons: Record<string, number>;
  undone?: { removed: number; restored: number; kept: number };
  error?: Problem;
  encoding: string;
  columns: ColumnUse[];
  startedAt: string;
  finishedAt?: string;
}

export interface RowReport {
  row: number;
  line: number;
  severity: string;
  code: string;
  message: string;
  problems: Problem[];
  leadId: string | null;
  cells: { header: string; value: string }[];
}

export interface ApiKey {
  _id: string;
  name: string;
  prefix: string;
  userId: string;
  rights: string[] | null;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
  token?: string;
}

export interface Invitation {
  _id: string;
  email: string;
  role: string;
  status: string;
  expiresAt: string;
  link?: string;
}

export interface AuditEntry {
  _id: string;
  at: string;
  action: string;
  target: string;
  userId?: string;
  via?: string;
  address?: string;
  requestId?: string;
}
