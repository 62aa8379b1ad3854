import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const pine: MantineColorsTuple = [
  "#e6f6f2", "#cfe9e2", "#a0d3c6", "#6dbba8", "#45a78f", "#2b9a80", "#178a72", "#0b6e5f", "#085a4d", "#05463c",
];

export const theme = createTheme({
  colors: { pine },
  primaryColor: "pine",
  primaryShade: { light: 7, dark: 7 },
  defaultRadius: "md",
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  headings: { fontWeight: "650" },
  cursorType: "pointer",
  respectReducedMotion: true,
});

/** Secondary text dark (or light) enough for everybody: the library's own greys fall short of 4.5 to 1. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#55606b",
    "--mantine-color-placeholder": "#6b747d",
    "--mantine-color-error": "#b42318",
    "--mantine-color-anchor": "#0b6e5f",
    "--lb-ground": "#f5f7f8",
  },
  dark: {
    "--mantine-color-dimmed": "#a9b2bb",
    "--mantine-color-placeholder": "#98a1aa",
    "--mantine-color-error": "#ff9a90",
    "--mantine-color-anchor": "#6fd3bb",
    "--lb-ground": "#1a1d1f",
  },
});
