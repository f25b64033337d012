# One image for every service and for the load job; which one it is, the command line says.
FROM node:22-bookworm-slim AS modules

COPY package.json package-lock.json /build/
RUN cd /build && npm ci --omit=dev --no-audit --no-fund


FROM python:3.13-slim-bookworm AS packages

COPY requirements.txt /build/
RUN python -m venv /opt/songtor \
    && /opt/songtor/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /build/requirements.txt

COPY pyproject.toml requirements.in /build/
COPY services /build/services
COPY scripts/assets.py scripts/templates.py /build/scripts/
COPY --from=modules /build/node_modules /build/node_modules
RUN python /build/scripts/assets.py \
    && /opt/songtor/bin/pip install --no-cache-dir --no-deps --no-build-isolation /build \
    && /opt/songtor/bin/python /build/scripts/templates.py \
    && chmod --recursive a+rX /opt/songtor


FROM python:3.13-slim-bookworm

RUN groupadd --gid 10001 songtor \
    && useradd --uid 10001 --gid songtor --no-create-home --home-dir /data --shell /usr/sbin/nologin songtor \
    && install --directory --owner songtor --group songtor --mode 700 /data \
    # A volume takes over what it covers; `user` of docker-compose.yml may be another.
    && install --directory --owner songtor --group songtor --mode 1777 /ledger

COPY --from=packages /opt/songtor /opt/songtor
ENV PATH=/opt/songtor/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SONGTOR_DATA=/data

USER songtor
WORKDIR /data
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["songtor"]
CMD ["up"]
