#!/bin/sh
# Starts bare_server.ts with the V8 flags and rights of the plugin's own launcher.
here=${0%/*}
PLUGIN_COMMAND="${PLUGIN_COMMAND:-$0}" exec "${DENO:-deno}" run --quiet --no-prompt --config "$here/../deno.json" \
  --allow-read --allow-env --allow-net --allow-run --allow-sys --allow-write=.,/tmp \
  --v8-flags=--max-semi-space-size=1,--max-old-space-size=512 "$here/bare_server.ts" "$@"
