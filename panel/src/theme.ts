// SPDX-License-Identifier: Apache-2.0
import { type MantineColorsTuple, createTheme } from "@mantine/core";

const teal: MantineColorsTuple = [
  "#e9f5f5",
  "#d2e8e9",
  "#a6d2d4",
  "#78bbbe",
  "#50a6aa",
  "#31959a",
  "#17838a",
  "#0b6e75",
  "#075a60",
  "#03464b",
];

export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: { light: 7, dark: 7 },
  colors: { accent: teal },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.375rem", lineHeight: "1.3" },
      h2: { fontSize: "1.125rem", lineHeight: "1.35" },
      h3: { fontSize: "0.9375rem", lineHeight: "1.4" },
    },
  },
  components: {
    Button: { defaultProps: { size: "sm" } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
    Modal: { defaultProps: { transitionProps: { duration: 120 }, overlayProps: { opacity: 0.4 } } },
    Drawer: { defaultProps: { transitionProps: { duration: 120 }, position: "right" } },
    Menu: { defaultProps: { transitionProps: { duration: 100 }, shadow: "sm" } },
    Tooltip: { defaultProps: { transitionProps: { duration: 100 }, openDelay: 300 } },
  },
});

/** Colours of plots (Okabe and Ito): they stay apart for every kind of colour vision. */
export const plotColours = {
  accepted: "#999999",
  sent: "#0072B2",
  delivered: "#009E73",
  failed: "#D55E00",
  replies: "#56B4E9",
  late_replies: "#CC79A7",
  stops: "#E69F00",
  credits: "#0072B2",
} as const;
