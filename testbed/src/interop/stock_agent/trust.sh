#!/bin/bash
# A hook of the image's build: hands pip the authorities that this machine trusts, for the time of the build. They do not become part of the image.
set -eu
if [ -n "${LAB_AUTHORITIES:-}" ]; then
    cp "$LAB_AUTHORITIES" "$TMP_HOOKS_PATH/lab-authorities.crt"
fi
