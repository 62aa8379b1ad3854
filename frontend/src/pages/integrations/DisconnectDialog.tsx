import { Alert, Button, Group, List, Stack, Text } from "@mantine/core";
import type { Connection } from "../../api/shapes";
import { Dialog } from "../../parts/Dialog";
import { ErrorNote } from "../../parts/ErrorNote";
import { text } from "../../text";
import { useDisconnect } from "./hooks";

/** Says what happens to the data before a connection is ended, and what happened after. */
export function DisconnectDialog({ connection, name, onClose }: { connection: Connection; name: string; onClose: () => void }) {
  const disconnect = useDisconnect(connection._id);
  return (
    <Dialog onClose={onClose} title={text.disconnect.title(name)}>
      <Stack>
        <Text fw={600}>{connection.accountInfo.accountName}</Text>
        {disconnect.isSuccess ? (
          <Alert variant="default" role="status" title={text.disconnect.done}>
            {disconnect.data.message}
          </Alert>
        ) : (
          <>
            <Text>{text.disconnect.what}:</Text>
            <List size="sm" spacing={4}>
              {text.disconnect.points.map((point) => (
                <List.Item key={point}>{point}</List.Item>
              ))}
            </List>
          </>
        )}
        {disconnect.isError && <ErrorNote error={disconnect.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {disconnect.isSuccess ? text.common.close : text.common.cancel}
          </Button>
          {!disconnect.isSuccess && (
            <Button color="red.9" onClick={() => disconnect.mutate()} loading={disconnect.isPending}>
              {text.disconnect.submit}
            </Button>
          )}
        </Group>
      </Stack>
    </Dialog>
  );
}
