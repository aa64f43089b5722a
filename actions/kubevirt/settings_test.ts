import { assertEquals } from "@std/assert";
import { defaultsOf } from "../../tests/kit/run_action.ts";
import { settings } from "./settings.ts";

Deno.test("settings have their defaults: the whole graph, a warning about collisions, everything optional off", () => {
  assertEquals(defaultsOf(settings), {
    "graph-profile": "full",
    "collision-check": "warn",
    "vm-name-label": false,
    "label-data-uploads": false,
    "later-kinds": false,
  });
});

Deno.test("settings name their allowed values", () => {
  assertEquals(settings["graph-profile"].allowed, "full, upstream");
  assertEquals(settings["collision-check"].allowed, "warn, off");
});
