#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Prints osconf's version, which is in the first line of its usage text
sed -n 's/^.*"osconf \([0-9.]*\): .*/\1/p' "$(dirname "$0")/../../applet/osconf.c"
