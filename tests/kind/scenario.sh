#!/bin/bash
# Backs up a VM with Velero, loses its namespace, restores it under another name, and looks at what came back. Needs kubectl, Velero's
# command line and a cluster where Velero runs with the plugin.
set -euo pipefail
cd "$(dirname "$0")"

# Fails unless a Backup or Restore is Completed.
completed() {
  local phase
  phase=$(kubectl --namespace velero get "$1" kind --output 'jsonpath={.status.phase}')
  [[ $phase == Completed ]] && return
  echo "$1 kind is $phase" >&2
  kubectl --namespace velero get "$1" kind --output yaml >&2
  return 1
}

kubectl apply -f workload.yaml
velero backup create kind --include-namespaces kind-shop --snapshot-volumes=false --wait
completed backups.velero.io
kubectl delete namespace kind-shop --wait
velero restore create kind --from-backup kind --namespace-mappings kind-shop:kind-copy --wait
completed restores.velero.io

address=$(kubectl --namespace kind-copy get virtualmachines.kubevirt.io web \
  --output 'jsonpath={.spec.template.metadata.annotations.ovn\.kubernetes\.io/ip_address}')
[[ $address == 10.16.0.7 ]] || { echo "the restored VM has the address \"$address\"" >&2; exit 1; }
echo "The VM came back as kind-copy/web with its address $address."
