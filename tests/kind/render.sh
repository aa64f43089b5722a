#!/bin/bash
# Writes to DIR what installs Velero with the plugin: render.sh DIR IMAGE. It is what `velero install` makes, with deploy/kustomize on
# top. Needs Velero's command line.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=$1 image=$2
mkdir -p "$dir"
velero install --dry-run --output yaml \
  --image velero/velero:v1.18.3 \
  --provider aws --plugins velero/velero-plugin-for-aws:v1.13.0 \
  --bucket velero --secret-file tests/kind/credentials \
  --backup-location-config region=minio,s3ForcePathStyle=true,s3Url=http://minio.velero.svc:9000 \
  --use-volume-snapshots=false >"$dir/velero.yaml"
cat >"$dir/kustomization.yaml" <<YAML
resources: [velero.yaml]
components: [$(realpath --relative-to "$dir" deploy/kustomize)]
images:
- name: ghcr.io/OWNER/velero-plugin-for-workloads
  newName: ${image%:*}
  newTag: ${image##*:}
YAML
