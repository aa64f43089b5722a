#!/bin/bash
# Builds the image for both architectures, pushes it as IMAGE:TAG, and tells its name and digest to later steps.
set -euo pipefail
cd "$(dirname "$0")/../.."
name=${IMAGE,,}
mkdir -p build
docker login ghcr.io --username "$GITHUB_ACTOR" --password-stdin <<<"$GITHUB_TOKEN"
docker buildx create --use --name release
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
docker buildx build \
  --platform linux/amd64,linux/arm64 \
  --build-arg "VERSION=${TAG#v}" \
  --build-arg "REVISION=$(git rev-parse HEAD)" \
  --label "org.opencontainers.image.source=https://github.com/$GITHUB_REPOSITORY" \
  --provenance mode=max \
  --sbom true \
  --metadata-file build/image.json \
  --output "type=image,push=true,rewrite-timestamp=true,name=$name:$TAG" \
  .
digest=$(sed -n 's/.*"containerimage.digest": "\(sha256:[0-9a-f]*\)".*/\1/p' build/image.json)
[[ -n $digest ]] || { echo "buildx told no digest" >&2; exit 1; }
printf 'name=%s\ndigest=%s\n' "$name" "$digest" >>"$GITHUB_OUTPUT"
