import { Badge } from "@mantine/core";
import type { ReactNode } from "react";

export type Tone = "good" | "bad" | "wait" | "plain";

const COLOURS: Record<Tone, { light: string; ink: string; dark: string; darkInk: string }> = {
  good: { light: "#dcf3e4", ink: "#14532d", dark: "#173a26", darkInk: "#9be7b5" },
  bad: { light: "#fde4e1", ink: "#8f1d13", dark: "#4a1d19", darkInk: "#ffb4ab" },
  wait: { light: "#fdf0cf", ink: "#6b4700", dark: "#43320a", darkInk: "#f5d27a" },
  plain: { light: "#e6eaed", ink: "#3d4650", dark: "#33393e", darkInk: "#ced5db" },
};

/** A word on how something stands. */
export function Chip({ tone, children }: { tone: Tone; children: ReactNode }) {
  const { light, ink, dark, darkInk } = COLOURS[tone];
  return (
    <Badge
      radius="sm"
      tt="none"
      fw={600}
      flex="none"
      miw="max-content"
      style={{ verticalAlign: "middle" }}
      data-tone={tone}
      bg={`light-dark(${light}, ${dark})`}
      c={`light-dark(${ink}, ${darkInk})`}
    >
      {children}
    </Badge>
  );
}
