#!/usr/bin/env bash
# Writes artifacts/sbom.json: every NuGet package that the product ships with, with version, license and hash, in CycloneDX's format.
# It reads what the last restore resolved and asks nobody; only the tool itself comes from the package feed. Run `dotnet restore` first.
set -euo pipefail
cd "$(dirname "$0")/.."

product=src/Dashboard
mkdir -p artifacts
rm -f artifacts/sbom.json
dotnet tool restore --verbosity quiet
version=$(dotnet msbuild "$product/Dashboard.csproj" -getProperty:Version)
dotnet tool run dotnet-CycloneDX -- "$product/Dashboard.csproj" --disable-package-restore --set-name Latchkey --set-version "$version" \
  --output artifacts --filename sbom.json --output-format Json

# The lock file is what gets built, so the two must list the same packages.
locked=$(grep -c '"resolved":' "$product/packages.lock.json")
listed=$(grep -c '"purl": "pkg:nuget/' artifacts/sbom.json || true)
if [ "$listed" != "$locked" ]; then
  rm artifacts/sbom.json
  echo "artifacts/sbom.json lists $listed packages, $product/packages.lock.json $locked" >&2
  exit 1
fi
