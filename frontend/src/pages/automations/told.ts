import { notifications } from "@mantine/notifications";
import { text } from "../../text";

/** Says in the page's corner what was done. */
export function tell(message: string): void {
  notifications.show({ message, closeButtonProps: { "aria-label": text.common.close } });
}
