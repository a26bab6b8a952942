#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Worlds, from inside of the machine that worlds.sh makes; see there.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Time::HiRes;
use Machine;
use World;
use Life;
use Minimise;

$| = 1;
my ($command, @words) = @ARGV;
if ($command eq 'dimensions') {
	World::print_dimensions();
	exit;
}
if ($command eq 'draw') { # NUMBER SEED
	print world_line(Minimise::numbered(@words)), "\n";
	exit;
}
Machine::start();
if ($command eq 'run' || $command eq 'show') {
	my $line = join ' ', @words;
	Life::verbose($command eq 'run' ? 0 : $line =~ s/^-v // ? 2 : 1);
	my $world = parse_world($line);
	die "$_: not available here\n" for grep { $_ } Machine::lacks($world);
	my @problems = live($world);
	print map { "$_\n" } @problems;
	exit(@problems ? 1 : 0);
}
if ($command eq 'time') { # TIMES WORLD
	my $times = shift @words;
	my $began = Time::HiRes::time();
	live(parse_world("@words")) for 1 .. $times;
	my $cpu = 0;
	$cpu += $_ for times;
	printf "%.1f ms, %.1f ms of CPU\n", (Time::HiRes::time() - $began) * 1000 / $times, $cpu * 1000 / $times;
	exit;
}
if ($command eq 'many') { # COUNT SEED SECONDS PART PARTS
	my ($count, $seed, $seconds, $part, $parts) = @words;
	exit Minimise::search($count, $seed, $seconds, $part, $parts);
}
if ($command eq 'kept') { # lines of the input
	exit Minimise::replay(\*STDIN);
}
die "no command $command\n";
