# The runtime as an image: one static program, no shell, no package manager, not root.
#
#   docker build -t localhost/efl:0.1.0 .
#
# docs/guide/runtime.md says how it is run. The certificates are those of Debian, for a Prometheus behind a public https address; what
# Kubernetes has is named by a kubeconfig or a pod.
FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends musl-tools && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN rustup target add x86_64-unknown-linux-musl
RUN cargo build --profile dist --locked --package efl-cli --target x86_64-unknown-linux-musl

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /src/target/x86_64-unknown-linux-musl/dist/efl /efl
USER 65532:65532
ENTRYPOINT ["/efl"]
CMD ["runtime", "run"]
