import { Button, Card, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Template } from "../../api/automation";
import { Facts, Panel } from "../../parts/Page";
import { Empty, Loaded } from "../../parts/States";
import { text } from "../../text";
import { useMayManage, useTemplates } from "./hooks";

const t = text.automation.templates;

/** What can be set up: the templates, and a workflow of one's own. */
export function Templates() {
  const templates = useTemplates();
  const may = useMayManage();
  return (
    <Panel title={t.title}>
      <Loaded query={templates} lines={6}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={t.empty} />
          ) : (
            <SimpleGrid component="ul" cols={{ base: 1, sm: 2, lg: 3 }} p={0} m={0}>
              {all.map((one) => (
                <TemplateCard key={one.id} template={one} may={may} />
              ))}
              <Frame id="custom" title={t.custom} about={t.customHint} button={may && <UseButton label={t.useCustom} template="custom" />} />
            </SimpleGrid>
          )
        }
      </Loaded>
    </Panel>
  );
}

function UseButton({ label, spoken, template }: { label: string; spoken?: string; template: string }) {
  return (
    <Button
      variant="default"
      aria-label={spoken}
      renderRoot={(props) => <Link to="/super-user/automations/new" search={{ template }} {...props} />}
    >
      {label}
    </Button>
  );
}

function Frame({ id, title, about, children, button }: { id: string; title: string; about: string; children?: ReactNode; button: ReactNode }) {
  return (
    <Card withBorder component="li" style={{ listStyle: "none" }} data-template={id}>
      <Stack gap="sm" h="100%" justify="space-between">
        <Stack gap="xs">
          <Title order={3} size="h6">
            {title}
          </Title>
          <Text size="sm">{about}</Text>
          {children}
        </Stack>
        <Group>{button}</Group>
      </Stack>
    </Card>
  );
}

function TemplateCard({ template, may }: { template: Template; may: boolean }) {
  const facts: [string, ReactNode][] = [
    [t.when, template.trigger.label],
    [t.then, template.actions.map((one) => one.label).join(", ")],
    [t.useCase, template.useCase],
  ];
  if (template.requires.length > 0) facts.push([t.needs, template.requires.map((one) => one.label).join(", ")]);
  return (
    <Frame
      id={template.id}
      title={template.name}
      about={template.description}
      button={may && <UseButton label={t.use} spoken={t.useOne(template.name)} template={template.id} />}
    >
      <Facts facts={facts} compact />
    </Frame>
  );
}
