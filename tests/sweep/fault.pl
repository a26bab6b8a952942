#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# The commands of fault.sh, inside its machine. See Starts.pm for the starting points,
# Promises.pm for what must hold, Runs.pm for the faults, Machine.pm for the rest.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Machine;
use Runs;
use Starts;

sub faults_of { # WORD...
	my @words = @_;
	my @faults;
	push @faults, [splice @words, 0, 3] while @words >= 3;
	return \@faults;
}

my ($command, @words) = @ARGV;
if ($command eq 'scenarios') {
	print map { "$_\n" } start_names();
	exit;
}
$| = 1;
power_on();
if ($command eq 'calls') {
	print map { "$_\n" } calls(shift @words, faults_of(@words));
} elsif ($command eq 'faults') {
	my ($name, $step) = @words;
	my $n = 0;
	for my $call (calls($name, [])) {
		for my $kind (kinds($call)) {
			print "$name $kind $call\n" if $kind eq 'KILL' || $n++ % $step == 0;
		}
	}
} elsif ($command eq 'pairs') {
	my ($name, $step) = @words;
	my @first = calls($name, []);
	my $n = 0;
	for (my $i = 0; $i < @first; $i += $step) {
		my @second = calls($name, faults_of(split / /, "KILL $first[$i]"));
		for (my $j = $i % $step; $j < @second; $j += $step) {
			my @kinds = kinds($second[$j]);
			print "$name KILL $first[$i] $kinds[$n++ % @kinds] $second[$j]\n";
		}
	}
} elsif ($command eq 'run' || $command eq 'show') {
	my $name = shift @words;
	print map { "$_\n" } run_case($name, faults_of(@words), $command eq 'show');
} elsif ($command eq 'many') {
	my $n = 0;
	while (my $line = <STDIN>) {
		$n++;
		my ($name, @fault) = split ' ', $line;
		# a message may have more lines: those are indented
		for (run_case($name, faults_of(@fault), 0)) {
			print "$name @fault: ", s/\n(?=.)/\n        /gr, "\n" or exit 1; # nobody wants more
		}
	}
	print "$n lines were run\n";
}
