#!/bin/sh
# Unpacks the C library and libgcc of Debian 11 and 12 into build/tools/debian-11 and -12, without installing them: what the image and
# Velero's images consist of. Needs apt and Debian's package host.
set -eu
cd "$(dirname "$0")/../.."
for release in 11:bullseye 12:bookworm; do
  number=${release%:*} name=${release#*:}
  root=$PWD/build/tools/debian-$number
  [ -e "$root/done" ] && continue
  rm -rf "$root"
  work=$root.part
  rm -rf "$work"
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/debs"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $name main" >"$work/sources.list"
  apt() {
    apt-get -qq -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
      -o Dir::State::lists="$work/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$work/cache" \
      -o APT::Sandbox::User=root "$@" >&2
  }
  apt update
  (cd "$work/debs" && apt download libc6 libgcc-s1 "gcc-$([ "$number" = 11 ] && echo 10 || echo 12)-base")
  for package in "$work"/debs/*.deb; do dpkg -x "$package" "$work/root"; done
  touch "$work/root/done"
  mv "$work/root" "$root"
  rm -rf "$work"
done
