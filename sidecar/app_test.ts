import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createApp } from "./app.ts";
import { createCollector, type View } from "./collect.ts";
import { DURATION_BUCKETS, METRICS } from "./metrics.ts";
import { NO_GATE } from "./gate/reader.ts";
import { spoolFiles } from "./spool/files.ts";
import { ACTIONS, COUNTED_AT, ERROR, GATE, RUN, withView } from "./view_kit.ts";

const ignore = Deno.permissions.querySync({ name: "write" }).state !== "granted";

const appOf = (view: () => View, gate = NO_GATE) =>
  createApp({
    view,
    gate: () => Promise.resolve(gate),
    version: "1.2.3",
    now: () => new Date(COUNTED_AT + 300_000),
  });

async function get(view: () => View, path: string, headers: Record<string, string> = {}, gate = NO_GATE) {
  const response = await appOf(view, gate).request(path, { headers });
  return { response, body: await response.text() };
}

function served(name: string, test: (view: () => View) => Promise<void>): void {
  Deno.test({ name, ignore, fn: () => withView(test) });
}

const CNPG = 'source="cnpg",action="replicated.com/cnpg-restore-plugin",kind="RestoreItemActionV2"';
const UNUSED = 'source="vmgroup",action="lubronzhan.io/vmgroup-backup",kind="BackupItemAction"';

served("/metrics answers in Prometheus text", async (view) => {
  const { response, body } = await get(view, "/metrics");
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const lines = body.split("\n");
  for (
    const line of [
      "# TYPE velero_plugin_action_executions_total counter",
      `velero_plugin_action_executions_total{${CNPG},outcome="changed"} 1`,
      `velero_plugin_action_executions_total{${CNPG},outcome="unchanged"} 0`,
      `velero_plugin_action_executions_total{${UNUSED},outcome="error"} 0`,
      `velero_plugin_action_errors_total{${CNPG},reason="settings"} 1`,
      `velero_plugin_action_errors_total{${UNUSED},reason="forbidden"} 0`,
      `velero_plugin_action_additional_items_total{${CNPG}} 3`,
      `velero_plugin_last_execution_timestamp_seconds{${CNPG}} ${COUNTED_AT / 1000}`,
      `velero_plugin_action_duration_seconds_bucket{${CNPG},le="0.0025"} 1`,
      `velero_plugin_action_duration_seconds_bucket{${CNPG},le="0.25"} 2`,
      `velero_plugin_action_duration_seconds_bucket{${CNPG},le="+Inf"} 2`,
      `velero_plugin_action_duration_seconds_sum{${CNPG}} 0.252`,
      `velero_plugin_action_duration_seconds_count{${CNPG}} 2`,
      `velero_plugin_action_duration_seconds_count{${UNUSED}} 0`,
      'velero_plugin_cluster_requests_total{verb="get",code="404"} 1',
      'velero_plugin_cluster_retries_total{verb="get"} 0',
      "velero_plugin_process_starts_total 1",
      `velero_plugin_build_info{version="1.2.3",deno="${Deno.version.deno}"} 1`,
      "velero_plugin_spool_readable 1",
      "velero_plugin_spool_discarded_files_total 0",
    ]
  ) assertEquals(lines.filter((other) => other === line), [line]);
  const known = Object.values(METRICS).map(({ name }) => name);
  for (const line of lines) {
    if (line === "" || line.startsWith("#")) continue;
    const name = line.split(/[{ ]/)[0]?.replace(/_(bucket|sum|count)$/, "") ?? "";
    assertEquals(known.includes(name), true, line);
  }
  assertEquals(new Set(lines.filter((line) => line !== "")).size, lines.filter((line) => line !== "").length);
});

// What Prometheus 2.42 sends, and a newer one.
const SCRAPERS = [
  "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
];

served("names of runs reach no metric", async (view) => {
  for (const accept of ["text/plain", "application/openmetrics-text;version=1.0.0"]) {
    const { body } = await get(view, "/metrics", { accept });
    for (const text of [RUN.name, RUN.uid, "Restore\t", "archive"]) {
      assertEquals(body.includes(text), false, text);
    }
  }
});

served("/metrics answers in OpenMetrics when asked", async (view) => {
  for (const accept of SCRAPERS) {
    const { response, body } = await get(view, "/metrics", { accept });
    assertMatch(
      response.headers.get("content-type") ?? "",
      /^application\/openmetrics-text; version=1\.0\.0/,
    );
    assertStringIncludes(body, "# TYPE velero_plugin_action_executions counter\n");
    assertStringIncludes(body, `\nvelero_plugin_action_executions_total{${CNPG},outcome="changed"} 1\n`);
    assertStringIncludes(body, "# TYPE velero_plugin_action_duration_seconds histogram\n");
    assertEquals(body.endsWith("# EOF\n"), true);
    assertEquals(body.includes("_total_total"), false);
  }
});

for (const accept of ["*/*", "text/plain", "text/html,application/xhtml+xml,*/*;q=0.8", ""]) {
  served(`/metrics answers "${accept}" in Prometheus text`, async (view) => {
    const { response } = await get(view, "/metrics", accept === "" ? {} : { accept });
    assertMatch(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  });
}

served(
  "a gate is in the metrics, in the JSON and on the page; without one there is nothing of it",
  async (view) => {
    const accept = { accept: "application/openmetrics-text;version=1.0.0" };
    const { body } = await get(view, "/metrics", accept, GATE);
    const lines = body.split("\n").filter((line) => line.startsWith("velero_plugin_preview_"));
    for (
      const line of [
        'velero_plugin_preview_state{schedule="nightly",state="restorable"} 1',
        'velero_plugin_preview_state{schedule="databases",state="restorable"} 0',
        'velero_plugin_preview_state{schedule="databases",state="not_restorable"} 1',
        'velero_plugin_preview_state{schedule="<i>\\"x\\"</i>\\\\",state="unchecked"} 1',
        'velero_plugin_preview_items{schedule="nightly"} 134',
        'velero_plugin_preview_failures{schedule="databases"} 2',
        'velero_plugin_preview_warnings{schedule="nightly"} 1',
        `velero_plugin_preview_backup_timestamp_seconds{schedule="nightly"} ${COUNTED_AT / 1000 - 32_400}`,
        `velero_plugin_preview_check_timestamp_seconds{schedule="new"} ${COUNTED_AT / 1000}`,
        'velero_plugin_preview_schedule_paused{schedule="new"} 1',
        `velero_plugin_preview_last_run_timestamp_seconds ${COUNTED_AT / 1000 + 60}`,
        "velero_plugin_preview_schedules_omitted 2",
      ]
    ) assertEquals(lines.filter((other) => other === line), [line]);
    assertEquals(lines.filter((line) => line.includes("new")).length, 6, "what is not known has no series");
    assertEquals(body.endsWith("\n# EOF\n"), true);
    const page = (await get(view, "/", {}, GATE)).body;
    assertStringIncludes(page, "<h2>Would the newest backups restore?</h2>");
    assertStringIncludes(page, "would not restore<small>2 failures, 0 warnings</small>");
    assertStringIncludes(page, "&lt;script&gt;alert(1)&lt;/script&gt;");
    assertEquals(page.includes("<script") || page.includes("<i>"), false);
    const { gate } = JSON.parse((await get(view, "/actions", {}, GATE)).body);
    assertEquals(gate, JSON.parse(JSON.stringify(GATE)));

    assertEquals((await get(view, "/metrics")).body.includes("velero_plugin_preview"), false);
    assertEquals((await get(view, "/")).body.includes("newest backups"), false);
    assertEquals(JSON.parse((await get(view, "/actions")).body).gate, { installed: false });
  },
);

served("a gate that has not ended yet, and one whose result cannot be read, are told", async (view) => {
  const waiting = { installed: true };
  assertStringIncludes(
    (await get(view, "/metrics", {}, waiting)).body,
    "\nvelero_plugin_preview_last_run_timestamp_seconds 0\n",
  );
  assertStringIncludes((await get(view, "/", {}, waiting)).body, "The gate has not ended a check yet.");
  const ill = { installed: false, problem: "get configmaps: no answer" };
  assertStringIncludes(
    (await get(view, "/", {}, ill)).body,
    'role="alert">Gate: get configmaps: no answer</p>',
  );
});

served("/livez, /healthz and /readyz are ok", async (view) => {
  for (const path of ["/livez", "/healthz", "/readyz"]) {
    const { response, body } = await get(view, path);
    assertEquals([response.status, body], [200, "ok\n"]);
  }
});

served("/actions answers JSON", async (view) => {
  const { response, body } = await get(view, "/actions");
  assertMatch(response.headers.get("content-type") ?? "", /^application\/json/);
  const { version, spool, runs, buckets, actions } = JSON.parse(body);
  assertEquals(version, "1.2.3");
  assertEquals([spool.readable, spool.discarded], [true, 0]);
  assertEquals(actions.map(({ action }: { action: string }) => action), [
    "replicated.com/cnpg-restore-plugin",
    "lubronzhan.io/vmgroup-backup",
    "lubronzhan.io/pvc-restore",
  ]);
  const { lastError, ...cnpg } = actions[0];
  assertEquals(cnpg, {
    source: "cnpg",
    action: "replicated.com/cnpg-restore-plugin",
    kind: "RestoreItemActionV2",
    calls: 2,
    changed: 1,
    unchanged: 0,
    skipped: 0,
    errors: 1,
    additionalItems: 3,
    seconds: 0.252,
    durations: [0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
    last: "2026-11-21T12:00:00.000Z",
  });
  assertEquals(buckets, [...DURATION_BUCKETS]);
  assertEquals(runs, [{
    kind: "Restore",
    namespace: "velero",
    name: "copy-of-shop",
    uid: "u-1",
    begun: "2026-11-21T11:59:59.750Z",
    ended: "2026-11-21T12:00:00.000Z",
    seconds: 0.25,
    actionSeconds: 3.254,
    items: 1503,
    changed: 1,
    unchanged: 1500,
    skipped: 1,
    errors: 1,
    firstErrors: [{ time: "2026-11-21T12:00:00.000Z", text: ERROR }],
  }]);
  assertEquals(lastError.time, "2026-11-21T12:00:00.000Z");
  assertStringIncludes(lastError.text, '<b>"no" archive</b>');
  assertEquals([actions[1].calls, "last" in actions[1]], [0, false]);
});

served("/ shows calls, errors and what was not called, with the error text escaped", async (view) => {
  const { response, body } = await get(view, "/");
  assertMatch(response.headers.get("content-type") ?? "", /^text\/html/);
  assertEquals(body.startsWith("<!DOCTYPE html><html"), true);
  assertStringIncludes(body, '<meta http-equiv="refresh" content="15"');
  assertStringIncludes(body, '<td data-title="calls">1,501</td>');
  assertStringIncludes(body, '<td data-title="errors" class="bad">1</td>');
  assertStringIncludes(body, "5 min ago");
  assertStringIncludes(body, "&lt;b&gt;&quot;no&quot; archive&lt;/b&gt; &amp; more");
  assertStringIncludes(body, "Not called yet: 1");
  assertStringIncludes(body, '<span class="kind Restore">Restore</span> copy-of-shop');
  assertStringIncludes(body, '<li class="sum">1,503 items</li><li class="errors">1 error</li>');
  assertStringIncludes(body, "<title>1 ms to 2.5 ms: 1 call, 100 ms to 250 ms: 1 call</title>");
  assertStringIncludes(body, "<small>half within 2.5 ms, all within 250 ms</small>");
  assertEquals(body.includes("<script"), false);
  assertEquals(body.includes('role="alert"'), false);
  const policy = response.headers.get("content-security-policy");
  assertEquals(policy, "default-src 'none'; style-src 'self'");
});

served("the style sheet that the page names is served", async (view) => {
  const { response, body } = await get(view, "/style.css");
  assertEquals(response.headers.get("content-type"), "text/css; charset=utf-8");
  assertStringIncludes(body, "color-scheme: light dark");
});

served("nothing else is served, and nothing is written", async (view) => {
  assertEquals((await get(view, "/nothing")).response.status, 404);
  for (const path of ["/", "/metrics", "/actions"]) {
    assertEquals((await appOf(view).request(path, { method: "POST" })).status, 404);
  }
});

Deno.test({
  name: "a spool that cannot be read makes /readyz fail and leaves the plugin's series out",
  ignore,
  fn: async () => {
    const file = await Deno.makeTempFile();
    try {
      const view = createCollector(spoolFiles(file), ACTIONS);
      const ready = await get(view, "/readyz");
      assertEquals(ready.response.status, 503);
      assertMatch(ready.body, /^Cannot read: Not a directory/);
      const { response, body } = await get(view, "/metrics");
      assertEquals(response.status, 200);
      assertStringIncludes(body, "\nvelero_plugin_spool_readable 0\n");
      // A zero would look like a restart, and the counts would be seen again as new ones.
      assertEquals(body.includes("velero_plugin_action"), false);
      assertStringIncludes((await get(view, "/")).body, 'role="alert"');
      assertEquals((await get(view, "/livez")).response.status, 200);
    } finally {
      await Deno.remove(file);
    }
  },
});

Deno.test({
  name: "a spool folder that is not there yet is made and empty",
  ignore,
  fn: async () => {
    const dir = await Deno.makeTempDir();
    try {
      const view = createCollector(spoolFiles(`${dir}/a/b`), ACTIONS);
      assertEquals((await get(view, "/readyz")).response.status, 200);
      assertStringIncludes((await get(view, "/metrics")).body, "\nvelero_plugin_process_starts_total 0\n");
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});
