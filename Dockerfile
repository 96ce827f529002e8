# The hub, for servers of its own: docker-compose.yml runs it beside PostgreSQL and Redis.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONSAFEPATH=1
WORKDIR /src
RUN python -m venv /opt/hub
COPY requirements.lock ./
RUN /opt/hub/bin/pip install --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY hub hub
RUN /opt/hub/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --user-group --create-home --home-dir /var/lib/hub --shell /usr/sbin/nologin hub
COPY --from=build /opt/hub /opt/hub
WORKDIR /srv/hub
COPY collections collections
COPY config config
ENV PATH=/opt/hub/bin:$PATH PYTHONSAFEPATH=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HUB_DATA=/var/lib/hub/data HUB_HOST=0.0.0.0 HUB_PORT=8000 HUB_LOG_FORMAT=json
USER hub
VOLUME /var/lib/hub
EXPOSE 8000
STOPSIGNAL SIGTERM
# A stranger is asked who he is (401): that takes the web process, and so is an answer; a 5xx is not.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/taxii2/'); raise SystemExit(c.getresponse().status >= 500)"]
ENTRYPOINT ["hub"]
CMD ["serve"]
