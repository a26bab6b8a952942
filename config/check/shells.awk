# Simple commands (see commands.awk) -> those that are a shell which asks for no
# password: FAIL, or ? for what is not known, and what it is.

function base(path) {
	sub(/.*\//, "", path)
	return path
}

# The value of an option: -l VALUE, -lVALUE, behind others that have none, --name
# VALUE, --name=VALUE
function value_of(short, long,   i) {
	for (i = 1; i <= n; i++) {
		if (long != "" && word[i] == "--" long)
			return i < n ? word[i + 1] : ""
		if (long != "" && index(word[i], "--" long "=") == 1)
			return substr(word[i], length(long) + 4)
		if (i > 1 && word[i - 1] ~ /^-[fHItl]$/)
			continue
		if (match(word[i], "^-[8EFJKLNRSUchimnpsw]*" short))
			return RLENGTH < length(word[i]) ? substr(word[i], RLENGTH + 1) : i < n ? word[i + 1] : ""
	}
	return ""
}

function is_shell(program) {
	return base(program) ~ /^-?(ba|rba|da|a|hu|z|k|mk|fi|tc|c)?sh$/
}

# Whether a shell is among the arguments
function names_shell(   i) {
	for (i = 1; i <= n; i++)
		if (is_shell(word[i]))
			return 1
	return 0
}

function tell(label) {
	line = $4 ($5 == "" ? "" : " " $5)
	gsub(/\001/, " ", line)
	print label "\t" ($1 == "the kernel" ? $1 : "/" $1) ": " (how == "" ? "" : how " ") line
}

# Of a start script, what reads the commands of the script itself is none
function on_terminal() {
	return $2 != "run" || how ~ /cttyhack|openvt|setsid|>/
}

# Shells that init waits for a key, or runs at a boot, on its console
{
	how = $3
	sub(/ +$/, "", how)
	program = base($4)
	n = split($5, word, " ")
	if ($2 ~ /^(shutdown|ctrlaltdel|restart|off|power.*)$/)
		next
}

# No argument is a script
is_shell(program) {
	for (i = 1; i <= n; i++)
		if (word[i] !~ /^-/)
			next
	# that of a script which is init may be for the worst case only
	if (on_terminal() && ($2 != "unit" || $1 ~ /getty|debug-shell|shell/))
		tell($2 == "init" ? "?" : "FAIL")
	next
}

program ~ /^(su|runuser)$/ && on_terminal() && $5 ~ /^(-|-l|--login)?( ?root)?$/ || program == "sudo" && on_terminal() && $5 ~ /^(-i|-s)$/ {
	tell("FAIL")
	next
}

program == "sulogin" {
	if ($5 ~ /(^| )(-e|--force)( |$)/)
		tell("?")
	next
}

program == "login" {
	for (i = 1; i <= n; i++)
		if (word[i] ~ /^-[a-z]*f/) {
			tell("FAIL")
			next
		}
	next
}

program ~ /getty$/ {
	if (value_of("a", "autologin") != "") {
		tell("FAIL")
		next
	}
	if (value_of("o", "login-options") ~ /(^|\001)-[a-z]*f/) {
		tell("FAIL")
		next
	}
	login = value_of("l", "login-program")
	if (login == "" || base(login) == "login")
		next
	tell(is_shell(login) || login ~ /auto/ ? "FAIL" : "?")
	next
}

program == "telnetd" || program == "utelnetd" {
	login = value_of("l", "")
	if (login != "" && base(login) != "login")
		tell(is_shell(login) ? "FAIL" : "?")
	next
}

program ~ /^(nc|ncat|socat)$/ && (is_shell(word[n]) || tolower($5) ~ /(exec|system):[^ ,]*sh/) {
	tell("FAIL")
	next
}

# What starts a shell in a way that is not known
$2 != "run" && $2 != "init" && $2 != "unit" && (names_shell() || program ~ /^(screen|tmux|script)$/) { tell("?") }
