import { Alert, Button, Group, Radio, Select, Stack, Text } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import type { Automation } from "../../api/automation";
import { Dialog } from "../../parts/Dialog";
import { ErrorNote } from "../../parts/ErrorNote";
import { text, when } from "../../text";
import { useRotate, type Which } from "./hooks";
import { Kept } from "./SecretsStep";

const t = text.automation.rotate;

/** Replaces a secret, with a time in which the old one holds as well; the new one is shown this once. */
export function RotateDialog({ automation, onClose }: { automation: Automation; onClose: () => void }) {
  const rotate = useRotate(automation._id);
  const [which, setWhich] = useState<Which>("inbound");
  const [hours, setHours] = useState("24");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rotate.mutate({ which, overlapHours: Number(hours) });
  };
  if (rotate.isSuccess) {
    const { secret, previousValidUntil } = rotate.data;
    return (
      <Dialog title={t.title} onClose={onClose}>
        <Stack>
          <Alert role="status" variant="default" icon={<IconKey />} title={t.done}>
            <Text size="sm">{previousValidUntil ? t.until(when(previousValidUntil)) : t.nowHint}</Text>
          </Alert>
          <Kept name={t[which]} value={secret} secret={which} />
          <Group>
            <Button onClick={onClose}>{text.automation.wizard.keptOne}</Button>
          </Group>
        </Stack>
      </Dialog>
    );
  }
  return (
    <Dialog title={t.title} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          {automation.endpoint && (
            <Radio.Group label={t.which} value={which} onChange={(value) => setWhich(value === "signing" ? "signing" : "inbound")}>
              <Stack gap="xs" mt="xs">
                <Radio value="inbound" label={t.inbound} />
                <Radio value="signing" label={t.signing} />
              </Stack>
            </Radio.Group>
          )}
          <Select
            label={t.overlap}
            description={hours === "0" ? t.nowHint : t.hint}
            data={Object.entries(t.overlaps).map(([value, label]) => ({ value, label }))}
            value={hours}
            allowDeselect={false}
            onChange={(value) => setHours(value ?? "24")}
          />
          {rotate.isError && <ErrorNote error={rotate.error} />}
          <Group>
            <Button type="submit" loading={rotate.isPending}>
              {t.submit}
            </Button>
            <Button variant="default" onClick={onClose}>
              {text.common.cancel}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
