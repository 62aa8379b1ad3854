import { notifications } from "@mantine/notifications";
import { asApiError } from "../../api/errors";
import { text } from "../../text";

const closable = { closeButtonProps: { "aria-label": text.common.close } };

/** Tells in the page's corner what became of a change. */
export const toldOfChange = {
  onSuccess: () => {
    notifications.show({ ...closable, message: text.integrations.changed });
  },
  onError: (error: unknown) => {
    notifications.show({ ...closable, color: "red", message: asApiError(error).message });
  },
};
