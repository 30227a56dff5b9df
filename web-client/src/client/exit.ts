import { install } from "../lib/components/exit.ts";

install(window);
