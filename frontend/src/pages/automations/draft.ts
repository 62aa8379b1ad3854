/** What is being entered about an automation, and what of it is sent. */
import type { Automation, AutomationChange, EndpointSettings, NewAutomation, RunBy, Schema, Template } from "../../api/automation";

export interface Draft {
  name: string;
  trigger: string;
  runBy: RunBy;
  url: string;
  forgetUrl: boolean;
  apiKey: string;
  forgetKey: boolean;
  scenario: string;
  filter: string;
  config: Record<string, unknown>;
  perSecond: string;
  concurrency: string;
  timeout: string;
  ordered: boolean;
  schedule: string;
}

export const EMPTY: Draft = {
  name: "", trigger: "", runBy: "make", url: "", forgetUrl: false, apiKey: "", forgetKey: false, scenario: "", filter: "", config: {},
  perSecond: "", concurrency: "", timeout: "", ordered: false, schedule: "",
};

const isPlain = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** What a schema says of its fields when nobody has said anything. */
export function defaultsOf(schema: Schema | undefined): Record<string, unknown> {
  const kept = Object.entries(schema?.properties ?? {}).filter(([, one]) => one.default !== undefined && one.default !== null);
  return Object.fromEntries(kept.map(([name, one]) => [name, one.default]));
}

/** A draft to begin with: a template's own words, or none. */
export function begin(template: Template | undefined): Draft {
  if (!template) return EMPTY;
  const runBy = template.runBy.includes("make") ? "make" : (template.runBy[0] ?? "make");
  return { ...EMPTY, runBy, trigger: template.trigger.type, config: defaultsOf(template.configSchema) };
}

/** The draft that changes nothing of an automation. */
export function draftOf(automation: Automation): Draft {
  const { endpoint } = automation;
  return {
    ...EMPTY,
    name: automation.name,
    trigger: automation.trigger.type,
    runBy: automation.runBy,
    scenario: automation.makeScenarioId ?? "",
    filter: automation.filter ?? "",
    config: automation.config,
    perSecond: endpoint ? String(endpoint.perSecond) : "",
    concurrency: endpoint ? String(endpoint.concurrency) : "",
    timeout: endpoint ? String(endpoint.timeoutSeconds) : "",
    ordered: endpoint?.ordered ?? false,
    schedule: endpoint?.schedule?.join(", ") ?? "",
  };
}

const numbers = (list: string): number[] =>
  list.split(/[\s,;]+/).filter(Boolean).map(Number);

/** How the address is called, as far as it was entered. */
export function settingsOf(draft: Draft): EndpointSettings {
  const kept: EndpointSettings = {};
  if (draft.perSecond.trim()) kept.perSecond = Number(draft.perSecond);
  if (draft.concurrency.trim()) kept.concurrency = Number(draft.concurrency);
  if (draft.timeout.trim()) kept.timeoutSeconds = Number(draft.timeout);
  if (draft.ordered) kept.ordered = true;
  if (draft.schedule.trim()) kept.schedule = numbers(draft.schedule);
  return kept;
}

/** What makes an automation of the draft; blank fields are left out, so that the hub's own words hold. */
export function newOf(draft: Draft, template: Template | undefined): NewAutomation {
  const body: NewAutomation = template ? { templateId: template.id } : { definition: { trigger: { type: draft.trigger }, steps: [] } };
  body.runBy = draft.runBy;
  if (draft.name.trim()) body.name = draft.name.trim();
  if (draft.filter.trim()) body.filter = draft.filter.trim();
  if (template && Object.keys(draft.config).length > 0) body.config = draft.config;
  if (draft.runBy !== "make") return body;
  if (draft.url.trim()) body.makeWebhookUrl = draft.url.trim();
  if (draft.apiKey.trim()) body.makeApiKey = draft.apiKey.trim();
  if (draft.scenario.trim()) body.makeScenarioId = draft.scenario.trim();
  const settings = settingsOf(draft);
  if (Object.keys(settings).length > 0) body.endpoint = settings;
  return body;
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** What the draft changes of an automation; empty where it changes nothing. */
export function changeOf(draft: Draft, automation: Automation): AutomationChange {
  const before = draftOf(automation);
  const change: AutomationChange = {};
  if (draft.name.trim() && draft.name.trim() !== before.name) change.name = draft.name.trim();
  if (draft.runBy !== before.runBy) change.runBy = draft.runBy;
  if (automation.definition && draft.trigger !== before.trigger) {
    change.definition = { ...automation.definition, trigger: { type: draft.trigger }, filter: null };
    change.filter = draft.filter.trim() || null;
  }
  if (draft.filter.trim() !== before.filter) change.filter = draft.filter.trim() || null;
  if (draft.scenario.trim() !== before.scenario) change.makeScenarioId = draft.scenario.trim() || null;
  if (isPlain(draft.config) && !same(draft.config, before.config)) change.config = draft.config;
  if (draft.forgetUrl) change.makeWebhookUrl = null;
  else if (draft.url.trim()) change.makeWebhookUrl = draft.url.trim();
  if (draft.forgetKey) change.makeApiKey = null;
  else if (draft.apiKey.trim()) change.makeApiKey = draft.apiKey.trim();
  const settings = settingsOf(draft);
  if (!draft.ordered && before.ordered) settings.ordered = false;
  if (!draft.schedule.trim() && before.schedule) settings.schedule = null;
  if (!same(settings, settingsOf(before))) change.endpoint = settings;
  return change;
}
