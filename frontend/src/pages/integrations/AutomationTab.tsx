import { Card } from "@mantine/core";
import { IconRobot } from "@tabler/icons-react";
import { Empty } from "../../parts/States";
import { text } from "../../text";

export function AutomationTab() {
  return (
    <Card withBorder>
      <Empty title={text.automation.empty} hint={text.automation.emptyHint} icon={<IconRobot size={24} />} />
    </Card>
  );
}
