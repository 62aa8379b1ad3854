import { Button, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Dialog } from "../../parts/Dialog";
import { ErrorNote } from "../../parts/ErrorNote";
import { text } from "../../text";

interface Props {
  title: string;
  hint: string;
  submit: string;
  cancel?: string;
  danger?: boolean;
  busy: boolean;
  error: unknown;
  onSubmit: () => void;
  onClose: () => void;
  children?: ReactNode;
}

/** Says what a step will do before it is done. */
export function Confirm({ title, hint, submit, cancel = text.common.cancel, danger, busy, error, onSubmit, onClose, children }: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      <Stack>
        <Text>{hint}</Text>
        {children}
        {error ? <ErrorNote error={error} /> : null}
        <Group>
          <Button color={danger ? "red.9" : undefined} onClick={onSubmit} loading={busy}>
            {submit}
          </Button>
          <Button variant="default" onClick={onClose}>
            {cancel}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
