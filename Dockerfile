# The hub and its worker; the target `rasa` adds the bot's environment of its own.
FROM python:3.11-slim AS hub
WORKDIR /app
COPY . .
ENV HUB_DATA=/data HUB_HOST=0.0.0.0 HUB_LOG_FORMAT=json PYTHONUNBUFFERED=1
RUN ./dev hub --help >/dev/null && useradd --system --create-home switchboard \
    && mkdir /data && chown switchboard /data
USER switchboard
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["/app/.venv/bin/hub"]
CMD ["serve"]

FROM hub AS rasa
USER root
RUN /app/.venv/bin/hub bot train --data /opt/bot && chown -R switchboard /opt/bot /app/.venv-rasa
USER switchboard
EXPOSE 5005
CMD ["bot", "serve", "--data", "/opt/bot", "--interface", "0.0.0.0"]

# What a build without --target makes.
FROM hub
