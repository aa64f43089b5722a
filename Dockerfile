# The image that `velero plugin add` names. As an init container it copies the plugin into Velero's plugin folder at /target; with
# another command (`sidecar`, `preview`) it is that. For several architectures:
#
#   docker buildx build --platform linux/amd64,linux/arm64 --tag IMAGE --push .
#
# Images are pinned by the digests of their indexes for all architectures. docs/releasing.md says how to find newer ones.
FROM debian:11-slim@sha256:f313b4bd62667092a59b3a664d7d3ab8b5e65f41675f48e81455a15dc5abe792 AS debian

# The compiler runs on the machine that builds, whichever it builds for.
FROM --platform=$BUILDPLATFORM denoland/deno:2.9.6@sha256:2014dc167ece617ef7e7ba40631ac2234c59e75ce693e7cc2dc2602b3c87859d AS build
ARG TARGETPLATFORM
ARG TARGETARCH
WORKDIR /src
COPY . .
RUN deno task build --target "$TARGETPLATFORM"
RUN --mount=from=debian,target=/debian \
  packaging/image_root.sh /debian "build/velero-plugin-for-workloads-linux-$TARGETARCH" /out

FROM gcr.io/distroless/base-nossl-debian12:nonroot@sha256:be40c00dfabd86576d92666e87e406714d5618342de1a0c213ad232de255172e
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="velero-plugin-for-workloads" \
  org.opencontainers.image.description="A Velero plugin for KubeVirt, VM Operator, CloudNativePG and OpenShift" \
  org.opencontainers.image.source="https://github.com/OWNER/velero-plugin-for-workloads" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="$VERSION" \
  org.opencontainers.image.revision="$REVISION"
COPY --from=build /out/ /
# For the library beside the executable; Velero's installers set the same for its own container.
ENV LD_LIBRARY_PATH=/plugins
USER 65532:65532
ENTRYPOINT ["/plugins/velero-plugin-for-workloads"]
CMD ["install", "/target"]
