import "../../styles/later.css";

export { default as LaterScreens } from "./LaterScreens.svelte";
