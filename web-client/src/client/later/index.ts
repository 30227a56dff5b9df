export { default as LaterScreens } from "./LaterScreens.svelte";
