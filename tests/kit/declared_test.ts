import { assertEquals, assertThrows } from "@std/assert";
import { assertDeclared, authorized, undeclared } from "./declared.ts";

const SUPERPHENIX = "superphenix.net/backup-virtualmachine";

Deno.test("what an action asks is held against the rights of its own source and name", () => {
  const asked = ["get ips.kubeovn.io v.n", "serves ips.kubeovn.io", "get secrets n/s", "list pods n"];
  assertEquals(undeclared(asked, SUPERPHENIX), ["get secrets"]);
  assertEquals(undeclared(["get ips.kubeovn.io v.n"], "superphenix.net/restore-virtualmachine"), [
    "get ips.kubeovn.io",
  ]);
  assertEquals(undeclared(["delete ips.kubeovn.io", "get secrets n/s"]), ["delete ips.kubeovn.io"]);
});

Deno.test("server-side apply needs two verbs", () => {
  assertEquals(undeclared(["apply configmaps n/c"], "replicated.com/cnpg-restore-plugin"), []);
  assertEquals(undeclared(["apply pods n/p"], "replicated.com/cnpg-restore-plugin"), [
    "create pods",
    "patch pods",
  ]);
});

Deno.test("the error names the action and what is missing", () => {
  assertThrows(
    () => assertDeclared(["patch ips.kubeovn.io"], SUPERPHENIX),
    Error,
    `${SUPERPHENIX} asks for what its source's rights.ts does not declare: patch ips.kubeovn.io`,
  );
});

Deno.test("requests on the wire as authorization sees them", () => {
  assertEquals(
    authorized([
      "GET /version -> 200",
      "GET /api/v1 -> 200",
      "GET /apis/kubeovn.io/v1 -> 200",
      "GET /apis/kubeovn.io/v1/ips/v.n -> 404",
      "GET /api/v1/namespaces/n -> 200",
      "GET /api/v1/namespaces/n/pods?labelSelector=a -> 200",
      "GET /api/v1/pods?limit=500 -> 403",
      "PATCH /api/v1/namespaces/n/configmaps/c?fieldManager=x&force=true -> 200",
      "PATCH /api/v1/persistentvolumes/p -> 0",
      "POST /apis/postgresql.cnpg.io/v1/namespaces/n/backups -> 201",
      "DELETE /apis/postgresql.cnpg.io/v1/namespaces/n/backups/b -> 200",
    ]),
    [
      "get ips.kubeovn.io",
      "get namespaces",
      "list pods",
      "list pods",
      "apply configmaps",
      "patch persistentvolumes",
      "create backups.postgresql.cnpg.io",
      "delete backups.postgresql.cnpg.io",
    ],
  );
});
