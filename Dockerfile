# Never built where it was written (no container engine there): docs/operations.md.
FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl xz-utils && rm -rf /var/lib/apt/lists/*
COPY --from=node:20-bookworm /usr/local /usr/local
WORKDIR /src
COPY . .
RUN make web && cargo build --release --locked --bin teduh

FROM debian:bookworm-slim
RUN useradd --system --create-home --home-dir /data teduh
COPY --from=build /src/target/release/teduh /usr/local/bin/teduh
USER teduh
VOLUME /data
EXPOSE 8443
ENTRYPOINT ["teduh"]
CMD ["serve", "--data", "/data"]
