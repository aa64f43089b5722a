#!/bin/sh
# Lays out what the image adds to its base: image_root.sh DEBIAN EXECUTABLE OUT
#
# DEBIAN is the root of a Debian 11: its libgcc_s.so.1 also loads where glibc is 2.31, as in Velero's older images; later ones need 2.35
# (docs/spec/protocol.md 8.5). The files beside the executable in build/ come along as documents.
set -eu
debian=$1 executable=$2 out=$3
cd "$(dirname "$0")/.."
documents=$out/usr/share/doc/velero-plugin-for-workloads
install -D -m 0755 "$executable" "$out/plugins/velero-plugin-for-workloads"
install -m 0644 "$debian"/lib/*-linux-gnu/libgcc_s.so.1 "$out/plugins/"
install -D -m 0644 "$debian/usr/share/doc/libgcc-s1/copyright" "$out/usr/share/doc/libgcc-s1/copyright"
install -D -m 0644 -t "$documents" LICENSE build/THIRD_PARTY_LICENSES.txt build/sbom.cdx.json
