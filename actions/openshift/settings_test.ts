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
    "images.backup": "auto",
    "images.transfer-registry": "",
    "images.history": "all",
    "images.missing-history": "warn",
    "images.concurrency": 8,
    "images.timeout": 14_400_000,
    "images.root-directory": "",
    "images.rewrite-env": [],
    "registry.aliases": [],
    "registry.ca-file": "",
    "registry.insecure-hosts": [],
    "registry.plain-http-hosts": [],
    "registry.auth-secret": "",
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
  ["images.backup", "true", "true"],
  ["images.backup", "on", undefined],
  ["images.history", "current", "current"],
  ["images.missing-history", "ignore", undefined],
  ["images.concurrency", "1", 1],
  ["images.concurrency", "64", 64],
  ["images.concurrency", "0", undefined],
  ["images.concurrency", "65", undefined],
  ["images.concurrency", "4.5", undefined],
  ["images.concurrency", "", undefined],
  ["images.timeout", "90m", 5_400_000],
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
