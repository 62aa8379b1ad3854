/** The settings of a template, asked for as its schema describes them. */
import { Checkbox, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import type { RunBy, Schema } from "../../api/automation";
import { text } from "../../text";
import { useConnections } from "../integrations/hooks";

const t = text.automation.wizard;

type Values = Record<string, unknown>;

interface Props {
  schema: Schema;
  /** Who does the work: a connection is chosen only where this hub does it. */
  runBy: RunBy;
  values: Values;
  change: (values: Values) => void;
}

const isNull = (schema: Schema): boolean => schema.type === "null";

/** A field's schema with what it refers to in place of the reference; that it may be absent is no part of its kind. */
function resolved(schema: Schema, whole: Schema): Schema {
  const { $ref, anyOf, allOf, ...rest } = schema;
  const inner = $ref ? whole.$defs?.[$ref.split("/").at(-1) ?? ""] : (allOf ?? anyOf)?.find((one) => !isNull(one));
  return inner ? { ...resolved(inner, whole), ...rest } : schema;
}

/** The kind of field that a schema asks for. */
function kindOf(schema: Schema): "choice" | "switch" | "number" | "list" | "words" | "json" {
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== "null") : schema.type;
  if (schema.enum) return "choice";
  if (type === "boolean") return "switch";
  if (type === "number" || type === "integer") return "number";
  if (type === "array" && schema.items?.type === "string") return "list";
  return type === "string" ? "words" : "json";
}

/** The settings that are asked for. */
export const settingNames = (schema: Schema | undefined, runBy: RunBy): string[] =>
  Object.keys(schema?.properties ?? {}).filter((name) => name !== "connectionId" || runBy === "native");

export function ConfigFields({ schema, runBy, values, change }: Props) {
  const names = settingNames(schema, runBy);
  const set = (name: string, value: unknown) => {
    const { [name]: _, ...others } = values;
    change(value === undefined ? others : { ...others, [name]: value });
  };
  return (
    <Stack gap="sm">
      {names.map((name) => (
        <ConfigField
          key={name}
          name={name}
          schema={resolved(schema.properties?.[name] ?? {}, schema)}
          required={schema.required?.includes(name) ?? false}
          value={values[name]}
          set={(value) => set(name, value)}
        />
      ))}
    </Stack>
  );
}

interface FieldProps {
  name: string;
  schema: Schema;
  required: boolean;
  value: unknown;
  set: (value: unknown) => void;
}

function ConfigField({ name, schema, required, value, set }: FieldProps) {
  const said = { label: schema.title ?? name, description: schema.description, required };
  const kind = kindOf(schema);
  if (name === "connectionId") return <ConnectionField label={said.label} description={said.description} value={value} set={set} />;
  if (kind === "choice") {
    const choices = (schema.enum ?? []).map(String);
    return (
      <Select
        {...said}
        data={choices}
        clearable={!required}
        value={value === undefined || value === null ? null : String(value)}
        onChange={(chosen) => set(schema.enum?.find((one) => String(one) === chosen))}
      />
    );
  }
  if (kind === "switch") {
    return <Checkbox label={said.label} description={said.description} checked={value === true} onChange={(e) => set(e.currentTarget.checked)} />;
  }
  if (kind === "number") {
    return (
      <TextInput
        {...said}
        type="number"
        step="any"
        min={schema.minimum}
        max={schema.maximum}
        value={value === undefined || value === null ? "" : String(value)}
        onChange={(e) => set(e.currentTarget.value === "" ? undefined : Number(e.currentTarget.value))}
      />
    );
  }
  if (kind === "words") {
    return <TextInput {...said} maxLength={schema.maxLength} value={typeof value === "string" ? value : ""} onChange={(e) => set(e.currentTarget.value || undefined)} />;
  }
  return <Written {...said} list={kind === "list"} value={value} set={set} />;
}

/** One of the company's connections, by the name of its account. */
function ConnectionField({ label, description, value, set }: { label: string; description?: string; value: unknown; set: (value: unknown) => void }) {
  const connections = useConnections();
  const living = (connections.data ?? []).filter((one) => one.status !== "disconnected" && one.status !== "pending");
  return (
    <Select
      label={label}
      description={description}
      clearable
      data={living.map((one) => ({ value: one._id, label: `${one.accountInfo.accountName} (${one.provider})` }))}
      value={typeof value === "string" ? value : null}
      onChange={(id) => set(id ?? undefined)}
    />
  );
}

/** A list in words, or anything else as JSON: kept as typed, and handed on where it can be read. */
function Written({ list, value, set, ...said }: { label: string; description?: string; required: boolean; list: boolean; value: unknown; set: (value: unknown) => void }) {
  const first = value === undefined ? "" : list && Array.isArray(value) ? value.join(", ") : JSON.stringify(value, null, 2);
  const [typed, setTyped] = useState(first);
  const [wrong, setWrong] = useState(false);
  const take = (words: string) => {
    setTyped(words);
    setWrong(false);
    if (words.trim() === "") return set(undefined);
    if (list) return set(words.split(",").map((one) => one.trim()).filter(Boolean));
    try {
      set(JSON.parse(words));
    } catch {
      setWrong(true); // what was readable last stays until this is
    }
  };
  const description = [said.description, list ? t.listHint : t.jsonHint].filter(Boolean).join(" ");
  if (list) return <TextInput {...said} description={description} value={typed} onChange={(e) => take(e.currentTarget.value)} />;
  return <Textarea {...said} description={description} autosize minRows={2} maxRows={10} spellCheck={false} error={wrong ? t.notJson : undefined} value={typed} onChange={(e) => take(e.currentTarget.value)} />;
}
