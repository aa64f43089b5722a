import type { JsonObject } from "../../../objects/json.ts";
import { object } from "../world.ts";
import { binding, type BuiltinCase, MAPPED, RESTORE, subject, table } from "./case.ts";

const robot = (secrets: string[]) =>
  object(
    "v1",
    "ServiceAccount",
    "shop/robot",
    secrets.length === 0 ? {} : {
      secrets: secrets.map((name) => ({ name })),
    },
  );
const token = (
  name: string,
  metadata: JsonObject,
  data: JsonObject,
  type = "kubernetes.io/service-account-token",
) =>
  object("v1", "Secret", `shop/${name}`, {
    metadata,
    type,
    ...(Object.keys(data).length === 0 ? {} : { data }),
  });

/** Of service accounts, their Secrets and bindings in restores. */
export const accounts: BuiltinCase[] = [
  ...table(RESTORE, "velero.io/service-account", [
    ["the last generated token goes", robot(["robot-token-a", "mine", "robot-token-b"]), {
      item: robot(["robot-token-a", "mine"]),
    }],
    ["the only one goes with its list", robot(["robot-token-a"]), { item: robot([]) }],
    ["others stay", robot(["mine", "other-token-a"]), {}],
  ]),
  ...table(RESTORE, "velero.io/secret", [
    ["any other type stays", token("robot-token-a", {}, { token: "eA==" }, "Opaque"), {}],
    ["a generated token is left out", token("robot-token-a", {}, { token: "eA==" }), { skipped: true }],
    [
      "one of the user's is emptied",
      token("mine", {
        annotations: {
          "kubernetes.io/service-account.name": "robot",
          "kubernetes.io/service-account.uid": "1",
        },
      }, { token: "eA==", "ca.crt": "eA==", namespace: "eA==" }),
      {
        item: token("mine", { annotations: { "kubernetes.io/service-account.name": "robot" } }, {
          namespace: "eA==",
        }),
      },
    ],
  ]).map((row) => ({ ...row, cluster: [robot([])] })),
  ...table(RESTORE, "velero.io/role-bindings", [
    [
      "subjects follow the mapping",
      binding("x", [subject("a", "shop"), subject("b", "other")], "RoleBinding", "shop/x"),
      {
        item: binding("x", [subject("a", "copy"), subject("b", "other")], "RoleBinding", "shop/x"),
      },
      { spec: MAPPED },
    ],
    ["without a mapping nothing changes", binding("x", [subject("a", "shop")], "RoleBinding", "shop/x"), {}],
  ]),
  ...table(RESTORE, "velero.io/cluster-role-bindings", [
    ["subjects follow the mapping", binding("x", [subject("a", "shop"), { kind: "User", name: "u" }]), {
      item: binding("x", [subject("a", "copy"), { kind: "User", name: "u" }]),
    }, { spec: MAPPED }],
  ]),
];
