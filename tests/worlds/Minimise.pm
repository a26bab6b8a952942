# Many worlds; what is wrong with one is brought down to the few odd values that
# it takes. A world that contains a line that is known is not asked again.
package Minimise;
use strict;
use warnings;
use Time::HiRes qw(time);
use World;
use Life;
use Machine;
use Judge;

# What two violations of one kind have in common: not names and numbers
sub kind_of {
	my $problem = shift;
	my ($letter, $what) = $problem =~ /^(\w): ((?:after [^ ]*: |what -n prints: \w: )?[^:]*)/;
	return "$letter: $what" =~ s/after [^ ]*: //r;
}

sub kinds { my %kinds = map { kind_of($_) => 1 } @_; return \%kinds }

sub minimal { # WORLD KIND: the world with nothing that it does not take
	my ($world, $kind) = @_;
	my $again = 1;
	my %best = %$world;
	while ($again) {
		$again = 0;
		for my $name (reverse dimensions()) {
			next if $best{$name} eq ordinary($name);
			for my $value ($name eq 'boots' ? ($best{boots} == 1 ? 2 : 2 .. $best{boots} - 1) : ordinary($name)) {
				my %try = (%best, $name => $value);
				next if $try{conf} eq 'cut' && !$try{cut};
				my $line = world_line(\%try);
				next unless kinds(live(parse_world($line)))->{$kind};
				%best = %try;
				$again = 1;
				last;
			}
		}
	}
	return \%best;
}

sub contains { # WORLD KNOWN
	my ($world, $known) = @_;
	for (split ' ', $known) {
		my ($name, $value) = /^(\w+)=(.*)$/ or next;
		if ($name eq 'boots') {
			return 0 if $world->{boots} < $value;
		} elsif ($world->{$name} ne $value) {
			return 0;
		}
	}
	return 1;
}

# Lines of the file that $KNOWN names: WORLD # KIND
sub known_lines {
	my $path = $ENV{KNOWN} || return ();
	open my $file, '<', $path or return ();
	return map { /^([^#]*\S)\s*(?:#.*)?$/ ? $1 : () } <$file>;
}

sub numbered { # N SEED
	my ($n, $seed) = @_;
	srand $seed * 1000003 + $n;
	return draw_world($ENV{GIVEN});
}

sub search {
	my ($count, $seed, $seconds, $part, $parts) = @_;
	my @known = known_lines();
	my ($began, $done, $skipped, $found) = (time, 0, 0, 0);
	my %left_out;
	for (my $n = $part; $n < $count; $n += $parts) {
		last if $seconds && time - $began > $seconds;
		my $world = numbered($n, $seed);
		if ($n % 16 == $part && $ENV{KNOWN}) { # the other process has found more
			@known = known_lines();
		}
		if (my $lacks = Machine::lacks($world)) {
			$left_out{$lacks}++;
			next;
		}
		$skipped++, next if grep { contains($world, $_) } @known;
		my $line = world_line($world);
		my @problems = eval { live($world) };
		if ($@) {
			print "$line # the machine failed: ", $@ =~ s/\n//gr, " (world $n of seed $seed)\n";
			Machine::distrust();
			$found++;
			next;
		}
		$done++;
		next unless @problems;
		my $log = $Life::last_log;
		for my $kind (sort keys %{kinds(@problems)}) {
			my $least = minimal($world, $kind);
			my $least_line = world_line($least);
			my ($problem) = grep { kind_of($_) eq $kind } live(parse_world($least_line));
			my ($first) = grep { kind_of($_) eq $kind } @problems;
			$problem //= "$first: but not every time; first seen in: $line: '" . Judge::clip($log) . "'";
			print "$least_line # ", $problem, " (world $n of seed $seed)\n";
			push @known, $least_line;
			note($least_line, $problem);
			$found++;
			last; # the rest is asked in other worlds, where this is not
		}
		last if $ENV{STOP};
	}
	my $took = time - $began;
	printf STDERR "%d left out: $_: not available here\n", $left_out{$_} for sort keys %left_out;
	printf STDERR "%d worlds, %d skipped, %d violations, %.1f s, %.1f worlds/s\n", $done, $skipped, $found, $took, $done / ($took || 1);
	return $found ? 1 : 0;
}

sub note {
	my ($line, $problem) = @_;
	return unless $ENV{KNOWN} && $line ne '';
	open my $file, '>>', $ENV{KNOWN} or return;
	syswrite $file, "$line # " . substr($problem, 0, 200) . "\n";
}

sub replay {
	my $input = shift;
	my $failed = 0;
	while (my $line = <$input>) {
		my ($world, $name) = $line =~ /^([^#]*?)\s*(?:#\s*(.*))?$/;
		next if $world eq '' && !defined $name;
		next if $world eq '' && $line =~ /^#/;
		my $named = defined $name ? " ($name)" : '';
		if (my $lacks = Machine::lacks(parse_world($world))) {
			print "SKIPPED: world: $world$named: $lacks: not available here\n";
			next;
		}
		my @problems = live(parse_world($world));
		if (@problems) {
			$failed++;
			print "FAIL: world: $world$named\n", map { "    $_\n" } @problems, "    said: '" . Judge::clip($Life::last_log) . "'\n";
		} else {
			print "PASS: world: $world$named\n";
		}
	}
	return $failed ? 1 : 0;
}

1;
