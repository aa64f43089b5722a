import { assertEquals, assertThrows } from "@std/assert";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import {
  clearFirmwareSerial,
  clearMacAddresses,
  comparable,
  identitiesOf,
  type Machine,
  setFirmwareUuid,
} from "./identity.ts";

const machine = (spec: JsonObject): Machine => ({ spec, path: "spec", rule: "kubevirt 5.7" });

const withInterfaces = (interfaces: JsonValue, firmware?: JsonValue): JsonObject => ({
  domain: { devices: { interfaces }, ...(firmware === undefined ? {} : { firmware }) },
});

Deno.test("identitiesOf() finds what a machine sets itself (kubevirt 8.2)", () => {
  const spec = withInterfaces(
    [{ name: "a", macAddress: "02:42:AC:11:00:05" }, { name: "b" }, null, { macAddress: "" }, {
      macAddress: "02-42-ac-11-00-06",
    }],
    { uuid: "7F0C2A55-6a7a-4d1c-9a55-3e3c8a4b7d21", serial: "S-1" },
  );
  const found = identitiesOf(machine(spec));
  assertEquals(found.map(({ field, value, path }) => [field, value, path]), [
    ["mac", "02:42:AC:11:00:05", "spec.domain.devices.interfaces[0].macAddress"],
    ["mac", "02-42-ac-11-00-06", "spec.domain.devices.interfaces[4].macAddress"],
    ["uuid", "7F0C2A55-6a7a-4d1c-9a55-3e3c8a4b7d21", "spec.domain.firmware.uuid"],
    ["serial", "S-1", "spec.domain.firmware.serial"],
  ]);
  assertEquals(found.map(({ holder, key, value }) => holder[key] === value), [true, true, true, true]);
});

Deno.test("comparable() gives one text for one identity (kubevirt 8.2)", () => {
  const rows: [field: "mac" | "uuid" | "serial", values: string[], text: string][] = [
    ["mac", ["02:42:ac:11:00:05", "02-42-AC-11-00-05", "0242AC110005"], "mac 0242ac110005"],
    [
      "uuid",
      ["7F0C2A55-6A7A-4D1C-9A55-3E3C8A4B7D21", "7f0c2a55-6a7a-4d1c-9a55-3e3c8a4b7d21"],
      [
        "uuid 7f0c2a55-6a7a-4d1c-9a55-3e3c8a4b7d21",
      ].join(),
    ],
    ["serial", ["Ab-1"], "serial Ab-1"],
  ];
  for (const [field, values, text] of rows) {
    for (const value of values) assertEquals(comparable({ field, value }), text);
  }
});

Deno.test("clearMacAddresses() removes the key of every interface alone", () => {
  const spec = withInterfaces([{ name: "a", macAddress: "x", bridge: {} }, null, { name: "b" }, {
    macAddress: 5,
  }]);
  assertEquals(clearMacAddresses(machine(spec)), true);
  assertEquals(spec, withInterfaces([{ name: "a", bridge: {} }, null, { name: "b" }, {}]));
  assertEquals(clearMacAddresses(machine(spec)), false);
  for (
    const none of [{}, { domain: null }, { domain: {} }, { domain: { devices: null } }, withInterfaces(null)]
  ) {
    assertEquals(clearMacAddresses(machine(none)), false);
  }
});

Deno.test("setFirmwareUuid() makes what is missing and keeps the rest", () => {
  const rows: [before: JsonObject, after: JsonObject][] = [
    [{}, { domain: { firmware: { uuid: "u" } } }],
    [{ domain: null }, { domain: { firmware: { uuid: "u" } } }],
    [{ domain: { cpu: {}, firmware: null } }, { domain: { cpu: {}, firmware: { uuid: "u" } } }],
    [
      { domain: { firmware: { uuid: 5, serial: "s", bootloader: {} } } },
      { domain: { firmware: { uuid: "u", serial: "s", bootloader: {} } } },
    ],
  ];
  for (const [spec, after] of rows) {
    setFirmwareUuid(machine(spec), "u");
    assertEquals(spec, after);
  }
});

Deno.test("clearFirmwareSerial() removes the serial alone", () => {
  const spec: JsonObject = { domain: { firmware: { uuid: "u", serial: "s" } } };
  assertEquals(clearFirmwareSerial(machine(spec)), true);
  assertEquals(spec, { domain: { firmware: { uuid: "u" } } });
  for (const none of [spec, {}, { domain: { firmware: null } }]) {
    assertEquals(clearFirmwareSerial(machine(none)), false);
  }
});

Deno.test("a wrong type on the way to an identity is refused with its path (kubevirt 10.2)", async (t) => {
  const rows: [spec: JsonObject, message: string][] = [
    [{ domain: "x" }, "spec.domain is not an object"],
    [{ domain: [] }, "spec.domain is not an object"],
    [{ domain: { devices: 5 } }, "spec.domain.devices is not an object"],
    [withInterfaces({}), "spec.domain.devices.interfaces is not a list"],
    [withInterfaces("x"), "spec.domain.devices.interfaces is not a list"],
    [withInterfaces([{}, 5]), "spec.domain.devices.interfaces[1] is not an object"],
    [withInterfaces([{ macAddress: 5 }]), "spec.domain.devices.interfaces[0].macAddress is not a string"],
    [withInterfaces([], "x"), "spec.domain.firmware is not an object"],
    [withInterfaces([], { uuid: {} }), "spec.domain.firmware.uuid is not a string"],
    [withInterfaces([], { serial: true }), "spec.domain.firmware.serial is not a string"],
  ];
  for (const [spec, message] of rows) {
    await t.step(message, () => {
      const error = assertThrows(() => identitiesOf(machine(spec)), Refusal);
      assertEquals([error.message, error.rule, error.reason], [message, "kubevirt 5.7", "invalid_item"]);
    });
  }
  assertThrows(() => clearMacAddresses(machine(withInterfaces("x"))), Refusal);
  assertThrows(() => setFirmwareUuid(machine(withInterfaces([], "x")), "u"), Refusal);
  assertThrows(() => setFirmwareUuid(machine({ domain: "x" }), "u"), Refusal);
  assertThrows(() => clearFirmwareSerial(machine(withInterfaces([], []))), Refusal);
});
