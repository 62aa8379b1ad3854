import { Button, Group, Loader, Stack, Text } from "@mantine/core";
import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { useEffect } from "react";
import type { Connection } from "../../api/shapes";
import { Dialog } from "../../parts/Dialog";
import { ErrorNote } from "../../parts/ErrorNote";
import { text } from "../../text";
import { useTest } from "./hooks";

/** Looks at everything a connection needs, one line for each. */
export function TestDialog({ connection, name, onClose }: { connection: Connection; name: string; onClose: () => void }) {
  const { mutate, ...test } = useTest(connection._id);
  useEffect(() => mutate(), [mutate]);
  return (
    <Dialog onClose={onClose} title={text.test.title(`${name}, ${connection.accountInfo.accountName}`)}>
      <Stack>
        {test.isPending && (
          <Group gap="sm">
            <Loader size="sm" aria-hidden />
            <Text role="status">{text.test.running}</Text>
          </Group>
        )}
        {test.isError && <ErrorNote error={test.error} retry={() => mutate()} />}
        {test.isSuccess && (
          <>
            <Text fw={600} role="status" data-test-ok={test.data.ok}>
              {test.data.ok ? text.test.ok(test.data.latencyMs) : text.test.notOk}
            </Text>
            <Stack gap="sm" component="ul" p={0} m={0}>
              {test.data.checks.map((check) => (
                <Group key={check.name} component="li" gap="sm" wrap="nowrap" align="flex-start">
                  {check.ok ? (
                    <IconCircleCheck aria-label={text.test.passed} role="img" color="light-dark(#1a7f4b, #7ddba3)" style={{ flex: "none" }} />
                  ) : (
                    <IconCircleX aria-label={text.test.failed} role="img" color="var(--mantine-color-error)" style={{ flex: "none" }} />
                  )}
                  <div>
                    <Text size="sm" fw={600}>
                      {check.name}
                    </Text>
                    <Text size="sm">{check.message}</Text>
                    {!check.ok && check.hint && (
                      <Text size="sm" c="dimmed">
                        {check.hint}
                      </Text>
                    )}
                  </div>
                </Group>
              ))}
            </Stack>
            <Group justify="flex-end">
              <Button variant="default" onClick={() => mutate()}>
                {text.test.again}
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Dialog>
  );
}
