#!/bin/bash
# Makes the draft of a release out of build/dist/ and the section of its version in CHANGELOG.md. A person looks at it and publishes it.
set -euo pipefail
cd "$(dirname "$0")/../.."
export GH_TOKEN=$GITHUB_TOKEN
notes=$(mktemp)
trap 'rm -f "$notes"' EXIT
awk -v version="${TAG#v}" '/^## /{ on = ($2 == version); next } on' CHANGELOG.md >"$notes"
gh release create "$TAG" --draft --verify-tag --title "$TAG" --notes-file "$notes" build/dist/*
