# Windows: builds build/release with vcpkg and opens the workstation. Not exercised by CI.
# Needs Visual Studio 2022 with C++, CMake, Ninja, Git, and VCPKG_ROOT pointing at a vcpkg checkout.
$ErrorActionPreference = "Stop"
Set-Location (Join-Path $PSScriptRoot "..")
if (-not $env:VCPKG_ROOT) { Write-Error "mahler: set VCPKG_ROOT to your vcpkg folder"; exit 1 }
& "$env:VCPKG_ROOT/vcpkg" install qtbase qtcharts qtsvg qttools qtkeychain-qt6 quantlib curl sqlite3[fts5] openssl nlohmann-json spdlog fmt zlib libzip pkgconf --triplet x64-windows
if ($LASTEXITCODE -ne 0) { Write-Error "mahler: vcpkg could not install the libraries"; exit 1 }
cmake --preset release "-DCMAKE_TOOLCHAIN_FILE=$env:VCPKG_ROOT/scripts/buildsystems/vcpkg.cmake"
if ($LASTEXITCODE -ne 0) { Write-Error "mahler: CMake could not configure"; exit 1 }
cmake --build build/release
if ($LASTEXITCODE -ne 0) { Write-Error "mahler: the build failed"; exit 1 }
& build/release/app/mahler.exe @args
exit $LASTEXITCODE
