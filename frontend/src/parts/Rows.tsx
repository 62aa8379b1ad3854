import { Table } from "@mantine/core";
import type { ReactNode } from "react";

export interface Column<T> {
  label: string;
  cell: (item: T) => ReactNode;
  head?: ReactNode;
  /** Without a name of its own on a narrow screen: check boxes, and what titles the row. */
  bare?: boolean;
}

/** A table; on a narrow screen each row becomes a card. */
export function Rows<T>({ items, columns, keyOf, label }: { items: T[]; columns: Column<T>[]; keyOf: (item: T) => string; label: string }) {
  return (
    <Table className="rows" verticalSpacing="xs" aria-label={label}>
      <Table.Thead>
        <Table.Tr>
          {columns.map((column) => (
            <Table.Th key={column.label}>{column.head ?? column.label}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((item) => (
          <Table.Tr key={keyOf(item)}>
            {columns.map((column) => (
              <Table.Td key={column.label} data-label={column.bare ? "" : column.label}>
                {column.cell(item)}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
