import { Group, Modal, type ModalRootProps } from "@mantine/core";
import type { ReactNode } from "react";
import { text } from "../text";

/** A dialogue with its title and a button that closes it. The title's row is no banner of the page, as the library's is. */
export function Dialog({ title, onClose, size, children }: { title: string; onClose: () => void; size?: ModalRootProps["size"]; children: ReactNode }) {
  return (
    <Modal.Root opened onClose={onClose} size={size}>
      <Modal.Overlay />
      <Modal.Content>
        <Group justify="space-between" wrap="nowrap" align="flex-start" p="md">
          <Modal.Title fw={650}>{title}</Modal.Title>
          <Modal.CloseButton aria-label={text.common.close} />
        </Group>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
