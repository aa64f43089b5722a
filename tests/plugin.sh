#!/bin/sh
# Starts the program as an executable of the plugin folder would be started, with the permissions and V8 flags of `deno task build`.
# Velero later starts the command that the plugin reports, so that is this script, or whatever calls it and exports PLUGIN_COMMAND.
self=$0
[ -L "$self" ] && self=$(readlink -f "$self")
root=${self%/*}/..
PLUGIN_COMMAND="${PLUGIN_COMMAND:-$0}" exec "${DENO:-deno}" run --quiet --no-prompt --config "$root/deno.json" \
  --allow-read --allow-env --allow-net --allow-run --allow-sys --allow-write=.,/tmp,/scratch,/target \
  --v8-flags=--max-semi-space-size=1,--max-old-space-size=512 "$root/main.ts" "$@"
