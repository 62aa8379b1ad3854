import { Text, Timeline } from "@mantine/core";
import { IconArrowMerge, IconPencil, IconPlus, IconRestore, IconTrash } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { TimelineEntry } from "../../api/shapes";
import { Panel } from "../../parts/Page";
import { useMay } from "../../parts/session";
import { Listed } from "../../parts/States";
import { text, when } from "../../text";
import { useUserName } from "../integrations/hooks";
import { useTimeline } from "./hooks";
import { shown } from "./values";

const ICONS: Record<string, ReactNode> = {
  created: <IconPlus size={14} />,
  deleted: <IconTrash size={14} />,
  restored: <IconRestore size={14} />,
  merged: <IconArrowMerge size={14} />,
};

/** `lead.status_changed`: the part behind the type of record. */
const word = (type: string): string => type.slice(type.indexOf(".") + 1);

/** What happened to the lead, the newest first. */
export function Happened({ id }: { id: string }) {
  const timeline = useTimeline(id);
  const may = useMay("automations.read");
  const executions = may && (
    <Link className="cell-link" to="/super-user/executions" search={{ recordId: id }}>
      {text.lead.executions}
    </Link>
  );
  return (
    <Panel title={text.lead.timeline} actions={executions}>
      <Listed list={timeline} empty={null}>
        {(entries) => (
          <Timeline bulletSize={26} lineWidth={2} active={-1}>
            {entries.map((entry) => (
              <Timeline.Item key={entry._id} bullet={ICONS[word(entry.type)] ?? <IconPencil size={14} />} title={titleOf(entry)} data-event={entry.type}>
                <Event entry={entry} />
              </Timeline.Item>
            ))}
          </Timeline>
        )}
      </Listed>
    </Panel>
  );
}

/** What an event was, in words; `updated` says nothing where the others say what was updated. */
function titleOf(entry: TimelineEntry): string {
  const words = entry.types.map(word);
  const telling = words.length > 1 ? words.filter((one) => one !== "updated") : words;
  return telling.map((one) => text.lead.events[one] ?? one).join(", ");
}

function Event({ entry }: { entry: TimelineEntry }) {
  const [kind, who = ""] = (entry.by ?? "").split(":", 2);
  const name = useUserName(kind === "user" ? who : "");
  const origin = entry.origin ? (text.lead.origins[entry.origin] ?? entry.origin) : "";
  return (
    <>
      <Text size="sm" c="dimmed">
        {[when(entry.at), name, origin].filter(Boolean).join(", ")}{" "}
        {kind === "import" && (
          <Link className="cell-link" to="/super-user/imports/$id" params={{ id: who }}>
            {text.lead.itsImport}
          </Link>
        )}
      </Text>
      {Object.entries(entry.changes ?? {}).map(([field, [before, after]]) => (
        <Text size="sm" key={field} className="wrap">
          {text.lead.labels[field] ?? field}: {shown(before) || text.lead.blank} → {shown(after) || text.lead.blank}
        </Text>
      ))}
    </>
  );
}
