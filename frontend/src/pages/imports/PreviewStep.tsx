import { Select, Stack, Table, Text, Title } from "@mantine/core";
import type { ImportPreview } from "../../api/shapes";
import { Chip } from "../../parts/Chip";
import { Rows } from "../../parts/Rows";
import { text } from "../../text";
import { FIELDS } from "./hooks";

const CUSTOM = "\u0000custom";
const t = text.imports.wizard;
const CHOICES = [{ value: CUSTOM, label: t.custom }, ...FIELDS.map((name) => ({ value: name, label: text.lead.labels[name] ?? name }))];

/** What each column becomes, to be corrected, and the first rows as they would be read. */
export function PreviewStep({
  preview,
  mapping,
  onMap,
}: {
  preview: ImportPreview;
  mapping: Record<string, string | null>;
  onMap: (header: string, field: string | null) => void;
}) {
  const problems = Object.entries(preview.problems).sort((a, b) => b[1] - a[1]);
  return (
    <Stack>
      <Text role="status">{t.read(preview.rows, preview.format === "csv" ? preview.encoding : preview.format.toUpperCase())}</Text>
      {problems.length > 0 && (
        <Text size="sm">
          {t.problems}: {problems.map(([code, count]) => `${code} ${count.toLocaleString(text.locale)}`).join(", ")}
        </Text>
      )}
      <Title order={2} size="h5">
        {t.mapping}
      </Title>
      <Rows
        label={t.mapping}
        items={preview.columns}
        keyOf={(column) => column.header}
        columns={[
          { label: t.header, bare: true, cell: (column) => <strong>{column.header}</strong> },
          {
            label: t.field,
            bare: true,
            cell: (column) => (
              <Select
                aria-label={`${column.header}: ${t.field}`}
                data={column.field && !FIELDS.includes(column.field) ? [...CHOICES, { value: column.field, label: column.field }] : CHOICES}
                value={chosen(mapping, column.header, column.field)}
                allowDeselect={false}
                searchable
                w="100%"
                maw={320}
                onChange={(value) => onMap(column.header, value === CUSTOM ? null : value)}
              />
            ),
          },
          { label: t.howLabel, cell: (column) => t.how[column.how] ?? column.how },
        ]}
      />
      <Title order={2} size="h5">
        {t.sample}
      </Title>
      <Sample preview={preview} />
    </Stack>
  );
}

function Sample({ preview }: { preview: ImportPreview }) {
  const names = [...new Set(preview.sample.flatMap((row) => Object.keys(row.fields)))].slice(0, 8);
  return (
    <Table.ScrollContainer minWidth={640} type="native" tabIndex={0} role="region" aria-label={t.sample}>
      <Table verticalSpacing={6} style={{ whiteSpace: "nowrap" }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.row}</Table.Th>
            {names.map((name) => (
              <Table.Th key={name}>{text.lead.labels[name] ?? name.replace(/^custom\./, "")}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {preview.sample.map((row) => (
            <Table.Tr key={row.row}>
              <Table.Td>
                {row.row} {row.rejected && <Chip tone="bad">{t.rejected}</Chip>}
              </Table.Td>
              {row.rejected ? (
                <Table.Td colSpan={names.length}>{row.rejected.message}</Table.Td>
              ) : (
                names.map((name) => <Table.Td key={name}>{shown(row.fields[name])}</Table.Td>)
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function chosen(mapping: Record<string, string | null>, header: string, recognised: string | null | undefined): string {
  const asked = header in mapping ? mapping[header] : recognised;
  return asked ?? CUSTOM;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "object" ? Object.values(value).filter(Boolean).join(" ") : String(value);
}
