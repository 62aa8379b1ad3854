import { Anchor, Group, Stack, Text } from "@mantine/core";
import { Chip } from "../../parts/Chip";
import { Panel } from "../../parts/Page";
import { Loaded } from "../../parts/States";
import { text, when } from "../../text";
import { useFailures, useLinks } from "./hooks";

/** The lead's records in CRMs, and what failed on the way there. */
export function Links({ id }: { id: string }) {
  const links = useLinks(id);
  const failures = useFailures(id);
  return (
    <Panel title={text.lead.links}>
      <Loaded query={links} lines={2}>
        {(found) =>
          found.length === 0 ? (
            <Text size="sm" c="dimmed">
              {text.lead.linksNone}
            </Text>
          ) : (
            found.map((link) => (
              <Group key={`${link.connectionId}:${link.object}`} gap="xs" data-link={link.crmId ?? ""}>
                <Text size="sm" fw={600}>
                  {[link.provider, link.accountName].filter(Boolean).join(", ")}
                </Text>
                <code>{[link.object, link.crmId].filter(Boolean).join(" ")}</code>
                {link.state === "creating" && <Chip tone="wait">{text.lead.linkCreating}</Chip>}
                {(link.state === "gone" || link.state === "redirect") && (
                  <Chip tone="wait">{text.lead.linkEnded}</Chip>
                )}
                {link.accountUrl && (
                  <Anchor size="sm" href={link.accountUrl} target="_blank" rel="noreferrer" underline="always">
                    {text.lead.account}
                  </Anchor>
                )}
              </Group>
            ))
          )
        }
      </Loaded>
      {(failures.data?.length ?? 0) > 0 && (
        <Stack gap={6}>
          <Text size="sm" fw={600}>
            {text.lead.failures}
          </Text>
          {failures.data?.map((entry) => (
            <Text size="sm" key={entry._id}>
              {when(entry.occurredAt)}: {entry.message.replace(/[.\s]+$/, "")}. {entry.hint} <code>{entry.code}</code>
            </Text>
          ))}
        </Stack>
      )}
    </Panel>
  );
}
