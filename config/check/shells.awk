# Simple commands (see commands.awk) -> those that are a shell which asks for no
# password: FAIL, or ? for what is not known, and what it is.

function base(path) {
	sub(/.*\//, "", path)
	return path
}

# The value of an option: -l VALUE, -lVALUE, --name VALUE, --name=VALUE
function value_of(short, long,   i) {
	for (i = 1; i <= n; i++) {
		if (word[i] == "-" short || (long != "" && word[i] == "--" long))
			return i < n ? word[i + 1] : ""
		if (long != "" && index(word[i], "--" long "=") == 1)
			return substr(word[i], length(long) + 4)
		if (word[i] ~ /^-[A-Za-z]/ && word[i] !~ /^--/ && (i == 1 || word[i - 1] !~ /^-[fHItl]$/)) {
			if (word[i] ~ "^-[0-9A-Za-z]*" short "$")
				return i < n ? word[i + 1] : ""
			if (substr(word[i], 2, 1) == short)
				return substr(word[i], 3)
		}
	}
	return ""
}

function is_shell(program) {
	return base(program) ~ /^-?(ba|da|a|hu|z|k|mk)?sh$/
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
	if (on_terminal() && ($2 != "unit" || $1 ~ /getty|debug-shell|shell/))
		tell("FAIL")
	next
}

program == "su" || program == "sulogin" {
	if (program == "su" && on_terminal() && (n == 0 || $5 ~ /^(-|-l|--login)?( ?root)?$/))
		tell("FAIL")
	if (program == "sulogin" && $5 ~ /(^| )(-e|--force)( |$)/)
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
	if ($5 ~ /(^| )(--autologin|-[a-zA-Z0-9]*a)([ =]|$)/ && program != "getty" || $5 ~ /(^| )--autologin/) {
		tell("FAIL")
		next
	}
	if ((" " $5) ~ / (-o|--login-options)[ =]?.*-f/) {
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

program ~ /^(nc|ncat|socat)$/ && (is_shell(word[n]) || tolower($5) ~ /(exec|system):[^ ,]*sh/) { tell("FAIL") }
