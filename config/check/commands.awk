# Lines that a shell or init runs -> simple commands. Input: FILE ACTION LINE,
# output: FILE ACTION HOW PROGRAM ARGUMENTS, separated by tabs; words of ARGUMENTS
# are separated by one space. What is quoted is one word, and its spaces are \001;
# a $ is \002 between double quotes, where its value is no words, and \003 between
# single ones, where it has none. HOW has cttyhack, setsid and the like, and
# >TERMINAL.

{
	file = $1
	action = $2
	line = $3
	for (i = 4; i <= NF; i++)
		line = line " " $i
	shell = action != "unit"
	# busybox's init and sysvinit's take a leading - for a login shell
	if (action != "run" && action != "unit")
		sub(/^-/, "", line)
	# init itself starts a program that is called #/sbin/osconf
	if (line ~ /^#/)
		next
	take_apart(line, 0)
}

function clear(   i) {
	for (i = 0; i <= words; i++)
		delete word[i]
	words = 0
	terminal = ""
	redirected = 0
}

function end_word() {
	if (!in_word)
		return
	if (redirected) {
		if (text ~ /^\/dev\/(console|tty|hvc|ttyS|vc\/)/)
			terminal = ">" text
		redirected = 0
	} else
		add_words(text)
	text = ""
	in_word = 0
}

# A variable that is not quoted is as many words as its value has
function add_words(text,   value, n, i, part) {
	value = text
	if (text !~ /^[A-Za-z_][A-Za-z_0-9]*=/)
		value = known(text)
	n = split(value, part, / +/)
	for (i = 1; i <= n; i++)
		if (part[i] != "" || value == text)
			word[++words] = part[i]
	if (text == "")
		word[++words] = ""
}

function plain(text) {
	gsub(/[\002\003]/, "$", text)
	return text
}

function take_apart(line, depth,   i, n, c, quote, next_line) {
	clear()
	text = ""
	in_word = 0
	quote = ""
	inner = ""
	n = length(line)
	for (i = 1; i <= n; i++) {
		c = substr(line, i, 1)
		if (quote != "") {
			if (c == quote)
				quote = ""
			else if (c == "\\" && quote == "\"")
				text = text substr(line, ++i, 1)
			else if (c == "$")
				text = text (quote == "\"" ? "\002" : "\003")
			else
				text = text (c == " " ? "\001" : c)
		} else if (c == "\"" || c == "'") {
			quote = c
			in_word = 1
		} else if (c == "\\") {
			c = substr(line, ++i, 1)
			text = text (c == " " ? "\001" : c)
			in_word = 1
		} else if (c == " ") {
			end_word()
		} else if (shell && c == "#" && !in_word) {
			break
		} else if (!shell && c == "$" && substr(line, i + 1, 1) == "{") {
			# of systemd's, ${NAME} is one word
			text = text "\002"
			in_word = 1
		} else if (shell && c == "$" && substr(line, i + 1, 1) == "{") {
			while (i <= n && substr(line, i, 1) != "}")
				text = text substr(line, i++, 1)
			text = text "}"
			in_word = 1
		} else if (shell && index(";&|()`", c)) {
			if (c == "(" && text ~ /\$$/)
				text = substr(text, 1, length(text) - 1)
			if (c == "&" && (text ~ /^[0-9]*$/ && redirected || substr(line, i + 1, 1) == ">"))
				continue
			end_word()
			command(depth)
			clear()
		} else if (shell && (c == ">" || c == "<")) {
			if (in_word && text ~ /^[0-9]+$/) {
				text = ""
				in_word = 0
			}
			end_word()
			redirected = 1
		} else {
			text = text c
			in_word = 1
		}
	}
	end_word()
	command(depth)
	# what sh -c was given
	if (inner != "" && depth < 4) {
		next_line = plain(inner)
		gsub(/\001/, " ", next_line)
		take_apart(next_line, depth + 1)
	}
}

# With the values of variables; more than 1 MiB of them is not looked at
function known(value,   name, its) {
	while (expanded < 1048576 && match(value, /[$\002](\{[A-Za-z_][A-Za-z_0-9]*\}|[A-Za-z_][A-Za-z_0-9]*)/)) {
		name = substr(value, RSTART, RLENGTH)
		gsub(/[${}\002]/, "", name)
		if (name == "OSCONF_OPTIONS" && (("etc/default/osconf", name) in variable || !((file, name) in variable)))
			its = variable["etc/default/osconf", name]
		else if ((file, name) in variable)
			its = variable[file, name]
		else
			return value
		if (substr(value, RSTART, 1) == "$")
			gsub(/\001/, " ", its)
		value = substr(value, 1, RSTART - 1) its substr(value, RSTART + RLENGTH)
		expanded += length(its) + 1
		if (++expansions > 1000 || length(value) > 4096)
			return value
	}
	return value
}

function base(path) {
	sub(/.*\//, "", path)
	return path
}

# Skips options of a wrapper: those of WITH-VALUE take the next word, too
function options(at, with_value) {
	while (at <= words && word[at] ~ /^-/) {
		if (word[at] == "--")
			return at + 1
		if (length(word[at]) == 2 && index(with_value, substr(word[at], 2)))
			at++
		at++
	}
	return at
}

function command(depth,   at, how, program, i, arguments, name, before, its_value) {
	at = 1
	how = ""
	expansions = 0
	while (at <= words) {
		before = at
		if (word[at] ~ /^(if|then|else|elif|do|while|until|!|[{]|[}]|time|exec|command|builtin|eval)$/) {
			at++
		} else if (word[at] ~ /^[A-Za-z_][A-Za-z_0-9]*=/) {
			name = word[at]
			sub(/=.*/, "", name)
			its_value = known(substr(word[at], length(name) + 2))
			gsub(/ /, "\001", its_value)
			variable[file, name] = its_value
			# a service of OpenRC's
			if (name == "command" && action == "run" && words == at)
				print file, action, "", plain(variable[file, name]), ""
			at++
		} else if (word[at] == "procd_set_param" && word[at + 1] == "command") {
			at += 2
		} else if (word[at] == "export") {
			at++
		} else {
			program = base(known(word[at]))
			if (program == "nice" || program == "ionice" || program == "chrt")
				at = options(at + 1, "ncp")
			else if (program == "env")
				at = options(at + 1, "uCS")
			else if (program == "setsid" || program == "nohup" || program == "cttyhack") {
				how = how program " "
				at = options(at + 1, "")
			} else if (program == "openvt") {
				how = how "openvt "
				at = options(at + 1, "c")
			} else if (program == "timeout" || program == "chroot") {
				at = options(at + 1, "ks") + 1
			} else if (program == "busybox" && at < words) {
				at++
			} else if (program == "start-stop-daemon") {
				for (i = at + 1; i <= words; i++) {
					if (word[i] ~ /^(-x|-a|--exec|--startas)$/) {
						word[words + 1] = ""
						arguments = ""
						name = word[i + 1]
						for (i = at + 1; i <= words && word[i] != "--"; i++)
							;
						word[i > words ? words : i] = name
						at = i > words ? words : i
						break
					} else if (word[i] == "--stop" || word[i] == "-K")
						return
				}
			}
		}
		if (at == before)
			break
	}
	if (at > words)
		return
	program = known(word[at])
	gsub(/\001.*/, "", program)
	arguments = ""
	for (i = at + 1; i <= words; i++)
		arguments = arguments (i > at + 1 ? " " : "") known(word[i])
	if (base(program) ~ /^-?(ba|rba|da|a|hu|z|k|mk)?sh$/)
		for (i = at + 1; i < words; i++)
			if (word[i] ~ /^-[a-z]*c$/) {
				inner = known(word[i + 1])
				return
			}
	print file, action, how terminal, plain(program), plain(arguments)
}
