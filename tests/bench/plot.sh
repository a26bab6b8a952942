# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# Raw figures to plots, by gnuplot. Sourced by run.sh.

label_of() {
	case $1 in
	again) echo "osconf later" ;;
	careful) echo "careful ash" ;;
	sample) echo "sample, bash" ;;
	*) echo "$1" ;;
	esac
}

# peers: a line for each, wall and CPU time in ms, "label"
peers() {
	for case in floor osconf again careful sample cloud-init; do
		[ ! -e "$raw/memory.$case" ] || echo "$(wall "$case" memory) $(cpu "$case") \"$(label_of "$case")\""
	done | awk '{ $1 /= 1000; $2 /= 1000; print }'
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
		plot '$raw/peers' using 1:xtic(3) title "wall", '' using 2 title "CPU"
	EOF
	plot "$1/growth.svg" <<-EOF
		set title "CPU time of osconf by the number of routes (log scales)"
		set logscale xy; set xlabel "routes"; set key top left
		plot '$raw/routes' with linespoints title "set", '$raw/settled' with linespoints title "there already"
	EOF
}
