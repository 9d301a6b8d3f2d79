# The gateway, its sidecar and Node.js in one image, for one user without root and with nothing written but /data.
# `docker compose up -d` builds and runs it, see compose.yaml. All stages are of the same Debian, so that what one has
# compiled finds its C library in another. `scripts/image-check` replays these steps without Docker.

FROM rust:1.95-slim-bookworm AS chef
RUN cargo install cargo-chef --version 0.1.78 --locked
WORKDIR /src

# What is built from crates of others is a layer of its own, which lasts until Cargo.lock changes.
FROM chef AS plan
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY crates crates
COPY tests/e2e tests/e2e
RUN cargo chef prepare --recipe-path recipe.json

FROM chef AS gateway
COPY .cargo .cargo
COPY --from=plan /src/recipe.json recipe.json
RUN cargo chef cook --release --locked --package fased --recipe-path recipe.json
COPY Cargo.toml Cargo.lock ./
COPY crates crates
COPY tests/e2e tests/e2e
COPY config config
RUN cargo build --release --locked --package fased && install -D target/release/fased /out/bin/fased

# The packages first, for the same reason. No script of theirs is run, and nothing that only tests or checks need is there.
FROM node:24-bookworm-slim AS sidecar
WORKDIR /out
COPY package.json package-lock.json ./
COPY sidecar/package.json sidecar/package.json
RUN npm ci --ignore-scripts --omit=dev --workspace fased-sidecar --no-audit --no-fund
COPY sidecar/src sidecar/src
COPY sidecar/media sidecar/media
COPY scripts/manifest scripts/manifest
COPY LICENSE THIRD-PARTY-NOTICES.md README.md ./
RUN node scripts/manifest .

FROM node:24-bookworm-slim
# ffmpeg makes voice notes and GIFs of files that are to be sent; it is by far the largest part of the image.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates ffmpeg tini tzdata && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 fased && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin fased && install -d -o 10001 -g 10001 -m 700 /data
COPY --from=sidecar /out /opt/fased
COPY --from=gateway /out/bin/fased /opt/fased/bin/fased
RUN ln -s /opt/fased/bin/fased /usr/local/bin/fased
ENV FASED_HOME=/opt/fased FASED_STATE_DIR=/data HOME=/data NODE_ENV=production
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 9464
STOPSIGNAL SIGTERM
# 0: every account is ready. Until the first login the container is unhealthy, and says so; it runs all the same.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["fased", "health"]
# tini takes in processes that agents leave behind, and hands SIGTERM on: the gateway drains then, within 20 seconds.
ENTRYPOINT ["tini", "--", "sh", "-c", "umask 077 && exec fased \"$@\"", "fased"]
# The page listens on all addresses of the container; which of them the host hands on is said in compose.yaml.
CMD ["gateway", "run", "--page", "0.0.0.0:9464"]
