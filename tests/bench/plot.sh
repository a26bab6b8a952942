# shellcheck shell=sh disable=SC2154
# Raw figures to plots, by gnuplot. Sourced by run.sh.

label_of() {
	case $1 in
	osconf) echo "osconf" ;;
	again) echo "osconf,\\nlater boot" ;;
	careful) echo "careful\\nash script" ;;
	sample) echo "documentation's\\nsample" ;;
	cloud-init) echo "cloud-init" ;;
	*) echo "$1" ;;
	esac
}

# peers: a line for each, "label" wall CPU, in ms
peers() {
	for case in floor osconf again careful sample cloud-init; do
		[ ! -e "$raw/memory.$case" ] ||
			echo "\"$(label_of "$case")\" $(wall "$case" memory) $(cpu "$case")"
	done | awk '{ printf "%s %.3f %.3f\n", substr($0, 1, length($0) - length($NF) - length($(NF - 1)) - 2), $(NF - 1) / 1000, $NF / 1000 }'
}

# growth SERIES: a line for each size, size and CPU time in ms
growth() {
	for file in "$raw/growth.$1".*; do
		echo "${file##*.} $(median "$file" 2)"
	done | sort -n | awk '{ print $1, $2 / 1000 }'
}

plot() { # FILE, gnuplot's commands on stdin
	{
		echo 'set terminal svg size 760,340 background "white" font "sans-serif,12"'
		echo "set output '$1'"
		echo 'set grid ytics; set ylabel "ms"'
		cat
	} | gnuplot
}

# plots DIR: peers.svg and growth.svg there
plots() {
	peers >"$raw/peers"
	growth routes >"$raw/routes"
	growth settled >"$raw/settled"
	plot "$1/peers.svg" <<-EOF
		set title "The same end: wall and CPU time, ext4 in memory (log scale)"
		set logscale y; set style data histograms; set style fill solid 0.8 noborder; set key top left
		plot '$raw/peers' using 2:xtic(1) title "wall", '' using 3 title "CPU"
	EOF
	plot "$1/growth.svg" <<-EOF
		set title "CPU time of osconf by the number of routes (log scales)"
		set logscale xy; set xlabel "routes"; set key top left
		plot '$raw/routes' with linespoints title "set", '$raw/settled' with linespoints title "there already"
	EOF
}
