import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconLock } from "@tabler/icons-react";
import { asApiError } from "../api/errors";
import { text } from "../text";
import { Copy } from "./Copy";

/** The id by which whoever runs the hub finds the failure in its log, ready to be copied. */
export function Reference({ id }: { id: string }) {
  return (
    <Group gap={4} wrap="nowrap">
      <Text size="sm" c="dimmed" className="wrap">
        {text.common.reference}: <code>{id}</code>
      </Text>
      <Copy value={id} label={text.common.copyReference} />
    </Group>
  );
}

/** A failure with its cause, its cure and its reference; one of a missing right is shown as that. */
export function ErrorNote({ error, retry }: { error: unknown; retry?: () => void }) {
  const told = asApiError(error);
  const forbidden = told.status === 403;
  const right = typeof told.details.right === "string" ? told.details.right : null;
  const hint = forbidden ? (right ? text.failure.noPermissionHint(right) : text.failure.noPermissionPlain) : told.hint;
  return (
    <Alert
      role="alert"
      variant="default"
      color={forbidden ? "gray" : "red"}
      icon={forbidden ? <IconLock /> : <IconAlertTriangle color="var(--mantine-color-error)" />}
      title={forbidden ? text.failure.noPermission : told.message}
    >
      <Stack gap="xs" align="flex-start">
        {hint && <Text size="sm">{hint}</Text>}
        {told.requestId && <Reference id={told.requestId} />}
        {retry && !forbidden && (
          <Button size="xs" variant="default" onClick={retry}>
            {text.common.tryAgain}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
