#!/bin/bash
# Builds the image, installs it beside Velero's released image in a new kind cluster as deploy/kustomize has it, and runs a backup and a
# renamed restore there. Needs docker, kubectl, Go and Node.js with npm.
set -euo pipefail
cd "$(dirname "$0")/../.."
image=velero-plugin-for-workloads:e2e
deno=(npx --yes deno@2.9.6)
export GOBIN=$PWD/build/bin PATH=$PWD/build/bin:$PWD/tests/velero/bin:$PATH

docker build --tag "$image" .
restricted=(--rm --read-only --user 123456:0 --cap-drop ALL --network none --tmpfs /tmp)
docker run "${restricted[@]}" "$image" version
docker run "${restricted[@]}" --volume "$PWD/examples/shop:/in:ro" "$image" preview backup /in --include-namespaces shop

go install sigs.k8s.io/kind@v0.33.0
"${deno[@]}" run --allow-all tests/velero/build_tools.ts velero
kind create cluster --name workloads --wait 5m
kind load docker-image --name workloads "$image"

velero install --crds-only --dry-run --output yaml | kubectl apply --server-side -f -
"${deno[@]}" run tests/kind/definitions.ts | kubectl apply -f -
kubectl wait --for condition=Established --timeout 1m customresourcedefinitions --all
kubectl create namespace velero
kubectl apply -f tests/kind/object_store.yaml
kubectl --namespace velero rollout status deployment/minio --timeout 5m
tests/kind/render.sh build/kind "$image"
kubectl apply --server-side --kustomize build/kind
kubectl --namespace velero rollout status deployment/velero --timeout 5m
tests/kind/scenario.sh

# The sidecar in Velero's pod has counted.
pod=$(kubectl --namespace velero get pods --selector deploy=velero --output 'jsonpath={.items[0].metadata.name}')
kubectl get --raw "/api/v1/namespaces/velero/pods/$pod:8087/proxy/metrics" |
  grep 'velero_plugin_action_executions_total.*superphenix.net/backup-virtualmachine'
