# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced by what gets packages that are not to be installed

# From here on apt has lists and cache of its own in the directory $1, and the
# machine's stay as they are; stdin: more of its configuration
private_apt() {
	mkdir -p "$1/lists/partial"
	export APT_CONFIG="$1/apt.conf"
	{
		cat <<-END
			Dir::State::Lists "$1/lists";
			Dir::Cache "$1";
			APT::Sandbox::User "";
			Acquire::Languages "none";
		END
		cat
	} >"$APT_CONFIG"
}

# Packages of another architecture, by Debian's name for it. That a source of
# the machine has none is no matter
foreign_apt() { # DIR ARCHITECTURE
	private_apt "$1" <<-END
		Dir::State::status "/dev/null";
		APT::Architecture "$2";
		APT::Architectures { "$2"; };
	END
	apt-get -q update || :
}

# What the machine's apt sources say of component main, with their options
# (Signed-By among them), as deb-src: one file for each in DIR. SUITE: in the place
# of their own, unless it is empty
write_sources() { # SUITE DIR
	list='' parts=''
	eval "$(apt-config shell list Dir::Etc::SourceList/f parts Dir::Etc::SourceParts/d)"
	mkdir "$2"
	cat "$list" "$parts"/*.list 2>/dev/null | sed -nE \
		"s,^ *deb(-src)?[[:space:]]+((\[[^]]*\][[:space:]]+)?[^[:space:]]+)[[:space:]]+([^[:space:]#]+)[[:space:]]([^#]*[[:space:]])?main\>.*,deb-src \2 ${1:-\\4} main,p" |
		awk -v dir="$2" '!seen[$0]++ { print >(dir "/" NR ".list") }'
	cat "$parts"/*.sources 2>/dev/null | awk -v suite="$1" -v dir="$2" '
		function finish() {
			if (usable && !seen[stanza]++)
				printf "%s", stanza >(dir "/" NR ".sources")
			stanza = ""
			usable = 0
			dropping = 0
		}
		/^[ \t]*$/ { finish(); next }
		/^#/ { next }
		/^[ \t]/ { if (!dropping) stanza = stanza $0 "\n"; next }
		{ dropping = 1 }
		/^Types:/ { $0 = "Types: deb-src" }
		suite != "" && /^Suites:/ { $0 = "Suites: " suite }
		/^Components:/ { usable = / main( |$)/; $0 = "Components: main" }
		/^Enabled: *no/ { stanza = stanza "Enabled: no\n"; next }
		/^(Architectures|Enabled):/ { next }
		/^(URIs|Suites|Signed-By|Trusted):/ { dropping = 0 }
		{ stanza = stanza $0 "\n" }
		END { finish() }'
}
