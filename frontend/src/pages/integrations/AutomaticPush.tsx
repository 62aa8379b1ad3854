import { Switch } from "@mantine/core";
import type { Connection } from "../../api/shapes";
import { text } from "../../text";
import { useChange } from "./hooks";
import { toldOfChange } from "./told";

/** Whether leads go to this connection by themselves. While the hub is asked, the switch shows what was chosen. */
export function AutomaticPush({ connection, may }: { connection: Connection; may: boolean }) {
  const change = useChange(connection._id);
  const chosen = change.isPending ? change.variables.automaticPush : undefined;
  return (
    <Switch
      label={text.integrations.automaticPush}
      description={text.integrations.automaticPushHint}
      checked={chosen ?? connection.automaticPush}
      disabled={!may}
      aria-busy={change.isPending}
      onChange={(event) => {
        if (!change.isPending) change.mutate({ automaticPush: event.currentTarget.checked }, toldOfChange);
      }}
    />
  );
}
