/** The paths of every icon, on a 24 grid, drawn with a stroke of the current colour. */
export const ICONS = {
  exit: "M10 4H6.5A2.5 2.5 0 0 0 4 6.5v11A2.5 2.5 0 0 0 6.5 20H10M9.5 12H21m-4.5-4.5L21 12l-4.5 4.5",
  roof: "M2.5 14.5 21.5 6",
} as const;

/** The name of an icon. */
export type IconName = keyof typeof ICONS;
