#!/bin/sh
# Starts the bundled program as an executable of the plugin folder would be started, with the permissions and V8 flags of `deno task
# build`. Velero later starts the command that the plugin reports, so that is this script, or whatever calls it and exports PLUGIN_COMMAND.
self=$0
[ -L "$self" ] && self=$(readlink -f "$self")
root=${self%/*}/..
deno=${DENO:-deno}
[ -f "$root/build/js/chunks.json" ] || "$deno" run --quiet --allow-all "$root/packaging/make_bundle.ts" >&2 || exit
PLUGIN_COMMAND="${PLUGIN_COMMAND:-$0}" exec "$deno" run --quiet --no-prompt --no-config \
  --allow-read --allow-env --allow-net --allow-run --allow-sys --allow-write=.,/tmp,/scratch,/target \
  --v8-flags=--max-semi-space-size=1,--max-old-space-size=512 "$root/build/js/main.js" "$@"
