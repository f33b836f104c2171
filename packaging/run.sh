#!/usr/bin/env bash
# Installs what is missing, builds build/release and opens the workstation. Arguments go to mahler.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
install_dependencies
build_preset release
exec build/release/app/mahler "$@"
