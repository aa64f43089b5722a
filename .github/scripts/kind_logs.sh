#!/bin/bash
# Prints what a failed run in kind left behind.
set -uo pipefail
kubectl get pods --all-namespaces
kubectl --namespace velero describe pods
kubectl --namespace velero logs deployment/velero --all-containers --tail 300
kubectl --namespace velero get backups,restores,backupstoragelocations --output yaml
