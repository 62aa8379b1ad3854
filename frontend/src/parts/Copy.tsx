import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { text } from "../text";

/** A button that copies `value` and says so. */
export function Copy({ value, label = text.common.copy }: { value: string; label?: string }) {
  return (
    <CopyButton value={value} timeout={2000}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? text.common.copied : label} withArrow>
          <ActionIcon variant="subtle" size="sm" onClick={copy} aria-label={copied ? text.common.copied : label}>
            {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
