#!/bin/sh
# Brings what the sidecar's end-to-end tests start, from Debian's packages: prometheus and promtool, unpacked into build/tools
# without installing them, and chromium, installed (that takes root). What cannot be had is told, and its tests are skipped by name.
cd "$(dirname "$0")/../.." || exit 1
mkdir -p build/tools
if [ ! -x build/tools/promtool ] || ! command -v chromium >/dev/null; then
  apt-get update --quiet >/dev/null 2>&1
fi
if [ ! -x build/tools/promtool ]; then
  (
    set -e
    cd build/tools
    apt-get download prometheus >/dev/null
    dpkg -x prometheus_*.deb unpacked
    mv unpacked/usr/bin/prometheus unpacked/usr/bin/promtool .
    rm -rf unpacked prometheus_*.deb
  ) || echo "prometheus cannot be had here; its tests will be skipped"
fi
if ! command -v chromium >/dev/null; then
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends chromium >/dev/null ||
    echo "chromium cannot be had here; its tests will be skipped"
fi
