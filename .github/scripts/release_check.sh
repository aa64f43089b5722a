#!/bin/bash
# Refuses a release whose tag, version and change log do not agree, or whose documents still name the placeholder OWNER. TAG is the tag.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' deno.json)
failed=0
complain() { echo "$*" >&2; failed=1; }
[[ $TAG == "v$version" ]] || complain "The tag is $TAG, but deno.json has version $version."
grep -q "^ARG VERSION=$version$" Dockerfile || complain "Dockerfile has another version than $version."
grep -q "^## $version " CHANGELOG.md || complain "CHANGELOG.md has no section \"## $version (date)\"."
placeholders=$(grep -rlE '(github\.com|ghcr\.io)/OWNER/' README.md Dockerfile deploy docs || true)
[[ -z $placeholders ]] || complain "OWNER is still a placeholder in: ${placeholders//$'\n'/, }"
exit $failed
