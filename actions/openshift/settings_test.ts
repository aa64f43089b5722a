import { assertEquals } from "@std/assert";
import { defaultsOf } from "../../tests/kit/run_action.ts";
import { parseSetting } from "../settings/setting.ts";
import { type Settings, settings } from "./settings.ts";

// openshift 11
Deno.test("the defaults are those of the specification", () => {
  assertEquals(defaultsOf(settings), {
    enabled: "auto",
    "keep-bookkeeping": true,
    "mtc.labels": false,
    "images.rewrite-env": [],
    "registry.aliases": [],
    "pod.clear-node-selector": true,
    "pod.strip-annotations": [
      "k8s.ovn.org/pod-networks",
      "k8s.v1.cni.cncf.io/network-status",
      "k8s.v1.cni.cncf.io/networks-status",
    ],
    "pod.owned-restore": "upstream",
    "pod.pull-secret-timeout": 300_000,
    "pod.pull-secret-on-timeout": "auto",
    "route.host-policy": "generated-pattern",
    "secret.skip-generated-dockercfg": true,
    "service-account.strip-pull-secret-ref": true,
    "replicaset.skip-owned": false,
    "scc.patch-existing": false,
    "proxy.include-trusted-ca": false,
  });
});

// What a value means; `undefined`: it is refused.
const ROWS: [key: keyof Settings, text: string, value: unknown][] = [
  ["enabled", "true", "true"],
  ["enabled", "on", undefined],
  ["enabled", "", undefined],
  ["pod.owned-restore", "fs-backup-only", "fs-backup-only"],
  ["pod.owned-restore", "fsBackupOnly", undefined],
  ["pod.pull-secret-timeout", "90s", 90_000],
  ["pod.pull-secret-timeout", "90", undefined],
  ["pod.pull-secret-on-timeout", "warn", "warn"],
  ["pod.pull-secret-on-timeout", "drop", undefined],
  ["pod.strip-annotations", "", []],
  ["route.host-policy", "keep", "keep"],
  ["route.host-policy", "generatedPattern", undefined],
  ["registry.aliases", "reg.svc:5000, reg.svc.cluster.local:5000", [
    "reg.svc:5000",
    "reg.svc.cluster.local:5000",
  ]],
];

for (const [key, text, value] of ROWS) {
  Deno.test(`setting ${key}: "${text}"`, async () => {
    assertEquals((await parseSetting<unknown>(settings[key], text))?.value, value);
  });
}
