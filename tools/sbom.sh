#!/usr/bin/env bash
# Writes artifacts/sbom.json and artifacts/sbom-cli.json: every NuGet package that the product and its command line ship with, with version,
# license and hash, in CycloneDX's format.
# It reads what the last restore resolved and asks nobody; only the tool itself comes from the package feed. Run `dotnet restore` first.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p artifacts
dotnet tool restore --verbosity quiet

list() { # project, name, file
  local folder=src/$1 file=artifacts/$3 version locked listed
  rm -f "$file"
  version=$(dotnet msbuild "$folder/$1.csproj" -getProperty:Version)
  dotnet tool run dotnet-CycloneDX -- "$folder/$1.csproj" --disable-package-restore --set-name "$2" --set-version "$version" \
    --output artifacts --filename "$3" --output-format Json

  # The lock file is what gets built, so the two must list the same packages.
  locked=$(grep -c '"resolved":' "$folder/packages.lock.json")
  listed=$(grep -c '"purl": "pkg:nuget/' "$file" || true)
  if [ "$listed" != "$locked" ]; then
    rm "$file"
    echo "$file lists $listed packages, $folder/packages.lock.json $locked" >&2
    exit 1
  fi
}

list Dashboard Latchkey sbom.json
list Dashboard.Cli "Latchkey command line" sbom-cli.json
