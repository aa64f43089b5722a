# The image that `velero plugin add` names: as an init container it copies the plugin into Velero's plugin folder at /target.
# For several architectures: docker buildx build --platform linux/amd64,linux/arm64 --tag IMAGE --push .
FROM denoland/deno:2.9.6 AS build
WORKDIR /src
COPY . .
RUN deno task build

# Server images of Velero before 1.17.2 lack this library. Debian 11's copy also loads where glibc is 2.31; later ones need 2.35.
FROM debian:11-slim AS libgcc
RUN install -m 0644 -D /lib/*-linux-gnu/libgcc_s.so.1 /plugins/libgcc_s.so.1

FROM gcr.io/distroless/base-nossl-debian12
COPY --from=libgcc /plugins/ /plugins/
COPY --from=build --chmod=0755 /src/build/velero-plugin-for-workloads /plugins/
ENV LD_LIBRARY_PATH=/plugins
USER 65532:65532
ENTRYPOINT ["/plugins/velero-plugin-for-workloads", "install", "/target"]
