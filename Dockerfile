ARG NODE=node:24-bookworm-slim
# The same Node with a compiler; only its two files go on.
ARG NODE_TO_BUILD=node:24-bookworm

FROM ${NODE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# The optional packages are Node 24 and Postgres for machines that have neither: this image has the
# one and is given the other. Nothing needs an install script. The SBOM is of what is here: by the lock
# alone npm leaves out what a development package needs too.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
    && npm pkg delete devDependencies optionalDependencies \
    && npm sbom --sbom-format=cyclonedx > sbom.cdx.json

FROM ${NODE_TO_BUILD} AS native
WORKDIR /app
COPY package.json ./
COPY command/build-native.ts command/
COPY core core
COPY radius-server/eap/tls-engine.ts radius-server/eap/tls-engine.c radius-server/eap/
RUN node command/build-native.ts

FROM ${NODE}
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=packages /app/sbom.cdx.json ./
COPY --from=native /app/native native
COPY package.json LICENSE main.ts ./
COPY command command
COPY core core
COPY db db
COPY demo demo
COPY dns-filter dns-filter
COPY portal portal
COPY radius-server radius-server
# The only folder it writes to: the spool of accounting, and eap-ca.pem, the root for 802.1X.
RUN install -d -o node -g node /data
ENV NODE_ENV=production \
    ACCUEIL_DATA_DIR=/data \
    ACCUEIL_METRICS_LISTEN=0.0.0.0:9464
USER node
VOLUME /data
EXPOSE 8080/tcp 1812/udp 1813/udp 2083/tcp 5353/udp 5353/tcp 8853/tcp 8443/tcp 9464/tcp
# On the metrics address, which every role has. Alive is not ready: a database that is away is no
# reason to kill a process that still answers from memory. For load balancers there is /readyz.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "-e", \
    "const port = process.env.ACCUEIL_METRICS_LISTEN.split(':').pop(); fetch('http://127.0.0.1:' + port + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "main.ts"]
CMD ["start"]
