import { Card, Center, Group, Stack, Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";
import { text } from "../text";
import { SchemeSwitch } from "./SchemeSwitch";

/** The frame of pages that nobody is signed in on. */
export function Outside({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} - ${text.app.name}`;
  }, [title]);
  return (
    <Center component="main" mih="100vh" p="md">
      <Card withBorder w="100%" maw={420} padding="xl">
        <Stack>
          <Group justify="space-between" wrap="nowrap">
            <Group gap="sm" wrap="nowrap">
              <img src="/assets/mark.svg" width={32} height={32} alt="" />
              <Title order={1} size="h3">
                {title}
              </Title>
            </Group>
            <SchemeSwitch />
          </Group>
          {children}
        </Stack>
      </Card>
    </Center>
  );
}
