import { Button, Group, Stack } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { text } from "../../text";
import { Hooks } from "../automations/Hooks";
import { useMayManage } from "../automations/hooks";
import { OwnAutomations } from "../automations/OwnAutomations";
import { StatsLine } from "../automations/StatsLine";
import { Templates } from "../automations/Templates";

/** What runs, what can be set up, and who else has subscribed. */
export default function AutomationTab() {
  const may = useMayManage();
  return (
    <Stack gap="lg">
      <Group justify="flex-end" gap="xs">
        <Button variant="default" renderRoot={(props) => <Link to="/super-user/executions" {...props} />}>
          {text.automation.allExecutions}
        </Button>
        {may && <Button renderRoot={(props) => <Link to="/super-user/automations/new" {...props} />}>{text.automation.new}</Button>}
      </Group>
      <StatsLine />
      <OwnAutomations />
      <Templates />
      <Hooks />
    </Stack>
  );
}
