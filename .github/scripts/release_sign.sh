#!/bin/bash
# Signs the image NAME@DIGEST and the checksums with the identity of the workflow, without a key, and attaches the bill of materials.
set -euo pipefail
cd "$(dirname "$0")/../.."
export GOBIN=$PWD/build/bin
go install github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3
cosign=$GOBIN/cosign
"$cosign" sign --yes "$NAME@$DIGEST"
"$cosign" attest --yes --type cyclonedx --predicate build/dist/sbom.cdx.json "$NAME@$DIGEST"
"$cosign" sign-blob --yes --bundle build/dist/SHA256SUMS.sigstore.json build/dist/SHA256SUMS
