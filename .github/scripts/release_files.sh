#!/bin/bash
# Builds what a release consists of into build/dist/: executables for both architectures, bill of materials, licences, checksums.
set -euo pipefail
cd "$(dirname "$0")/../.."
npx --yes deno@2.9.6 task build --target linux/amd64 --target linux/arm64
rm -rf build/dist
mkdir build/dist
for architecture in amd64 arm64; do cp "build/velero-plugin-for-workloads-linux-$architecture" build/dist/; done
cp build/sbom.cdx.json build/THIRD_PARTY_LICENSES.txt build/SHA256SUMS build/dist/
cd build/dist
sha256sum --check SHA256SUMS
"./velero-plugin-for-workloads-linux-$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')" version
