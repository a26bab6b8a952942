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
