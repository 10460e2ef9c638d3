# Latchkey as an image: docker build -t latchkey .
# Runs as a user without rights and on a read-only root. What it writes is in one volume, /var/lib/latchkey: the folder data with the
# database, and the folder keys in it. docs/deployment.md says what to set, compose.yaml is an example.

FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /source
# Packages change more rarely than code: they get a layer of their own.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/Dashboard.Core/Dashboard.Core.csproj src/Dashboard.Core/packages.lock.json src/Dashboard.Core/
COPY src/Dashboard/Dashboard.csproj src/Dashboard/packages.lock.json src/Dashboard/
RUN dotnet restore src/Dashboard --locked-mode
# The build enforces the code style, so it needs its rules.
COPY .editorconfig BannedSymbols.txt ./
COPY docs docs
COPY src src
RUN dotnet publish src/Dashboard -c Release -o /app --no-restore

# Not a chiseled image: names and passwords are normalized, which needs ICU (libicu is in this one), and the health check needs a shell.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble
COPY --from=build /app /app
COPY LICENSE /app/
RUN install -d -m 0700 -o "$APP_UID" -g "$APP_UID" /var/lib/latchkey
# No dumps and no debugger: memory holds keys between mint and reveal.
ENV ASPNETCORE_HTTP_PORTS=5080 \
    DOTNET_EnableDiagnostics=0
USER $APP_UID
WORKDIR /var/lib/latchkey
VOLUME /var/lib/latchkey
EXPOSE 5080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5080 && printf 'GET /healthz/ready HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
ENTRYPOINT ["dotnet", "/app/Dashboard.dll"]
