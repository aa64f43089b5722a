import { assertEquals } from "@std/assert";
import { validName } from "./valid_name.ts";

// openshift V10
Deno.test("validName() keeps 63 characters, and cuts longer names to 57 and six digits of their hash", async () => {
  const long = "a".repeat(63);
  assertEquals(await validName(long), long);
  assertEquals(await validName(""), "");
  // sha256 of 70 times the letter a begins with 6bd5e5.
  assertEquals(await validName("a".repeat(70)), "a".repeat(57) + "6bd5e5");
});
