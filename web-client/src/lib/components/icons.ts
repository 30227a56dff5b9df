/** The paths of every icon, on a 24 grid, drawn with a stroke of the current colour. */
export const ICONS = {
  clock: "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M12 7.5V12l3 2",
  exit: "M10 4H6.5A2.5 2.5 0 0 0 4 6.5v11A2.5 2.5 0 0 0 6.5 20H10M9.5 12H21m-4.5-4.5L21 12l-4.5 4.5",
  lane: "M4 5h16v11H11l-4.5 3.5V16H4z",
  no_signal: "M4 19h.01M9 19v-4M14 19v-8M19 19V7M4 4l16 16",
  roof: "M2.5 14.5 21.5 6",
  tick: "m5 12.5 4.5 4.5L19 7.5",
  ticks: "m2 12.5 4.5 4.5L16 7.5m-4.5 8.5 1 1L22 7.5",
} as const;

/** The name of an icon. */
export type IconName = keyof typeof ICONS;
