import { useNavigate } from "@tanstack/react-router";
import type { Automation } from "../../api/automation";
import { text } from "../../text";
import { Confirm } from "./Confirm";
import { useRemove } from "./hooks";
import { tell } from "./told";

const t = text.automation.remove;

/** Says what ends with an automation before it is deleted. */
export function RemoveDialog({ automation, onClose }: { automation: Automation; onClose: () => void }) {
  const remove = useRemove(automation._id);
  const navigate = useNavigate();
  const submit = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        tell(t.done);
        void navigate({ to: "/super-user/integrations", search: { tab: "automation" } });
      },
    });
  return (
    <Confirm title={t.title(automation.name)} hint={t.hint} submit={t.submit} danger busy={remove.isPending} error={remove.error} onSubmit={submit} onClose={onClose} />
  );
}
