# SPDX-License-Identifier: GPL-2.0-only
# Damages the images of bases/, has osconf-check read them, and looks on (Judge.pm).
#
# Arguments: COUNT FIRST. $ENV{check}: the program. Prints a line for each run that
# did what it should not; with $ENV{KEEP}, a directory, its image is kept there. The
# figures go to stderr.
use strict;
use warnings;
use Cwd;
use FindBin;
use lib $FindBin::Bin;
use Judge;

my ($count, $first) = @ARGV;
my $check = Cwd::realpath($ENV{check});
my $timeout = 10; # an image has five times as much, and the machine may be busy
my $limit = 5 * $timeout + 40;

# Damage is put where something is, and into names
my $names = qr/(?=passwd|shadow|inittab|busybox|sshd_config|aliyun|fstab|\.conf|lib|rcS|init)/;
my (%handle, %places, %names);
for my $name (sort map { s,.*/,,r } glob 'bases/*') {
	open my $in, '+<:raw', "bases/$name" or die "$name: $!";
	$handle{$name} = $in;
	my $text = Judge::slurp("bases/$name");
	while ($text =~ /[^\0]/g) {
		my $at = pos($text) - 1 & ~511;
		push @{$places{$name}}, $at;
		pos($text) = $at + 512 > length $text ? length $text : $at + 512;
	}
	while (@{$names{$name} // []} < 4000 && $text =~ /$names/g) {
		push @{$names{$name}}, pos $text;
		pos($text)++;
	}
}
my @bases = sort keys %handle;

sub get { my ($in, $at, $length) = @_; my $text = ''; sysseek $in, $at, 0; sysread $in, $text, $length; return $text }
sub put { my ($out, $at, $text) = @_; sysseek $out, $at, 0; syswrite($out, $text) == length $text or die $! }

sub one_of { return $_[int rand @_] }

# Offset and bytes of one piece of damage
sub piece { # NAME
	my ($name) = @_;
	my ($in, @places) = ($handle{$name}, @{$places{$name}});
	# headers and tables come first in each structure
	my $metadata = @places > 40 ? int(@places * 0.3) : @places;
	my $at = (rand() < 0.7 ? $places[int rand $metadata] : one_of(@places)) + int rand 512;
	my $kind = int rand 8;
	if ($kind < 2) { return ($at, chr int rand 256) }
	if ($kind == 2) { return ($at & ~3, pack 'V', one_of(0, 1, 2, 0xffffffff, 0x7fffffff, 0x80000000, 0xffff, 12)) }
	if ($kind == 3) { return ($at & ~7, pack 'Q<', one_of(0, ~0, 1 << 62, 1 << 40, 511)) }
	if ($kind == 4) { return ($at, get($in, $at, 1) ^ chr 1 << int rand 8) }
	if ($kind == 5) { return ($at, get($in, one_of(@places), 1 + int rand 64)) }
	# what a shell, a listing or a terminal would take amiss
	if ($kind == 6) {
		return (one_of(@{$names{$name} // [$at]}), one_of("\n/", '$(id)', "\033[2J", '`id`', '../..', "\n-rw-r--r-- ", '-I', '*', "\t", '%s%n', "a\nb", ';id;'));
	}
	return ($at, sprintf '%08d', int rand 1e8);
}

# Number 0 is the first base as it is. Gives the name, and what was there before
sub damage { # NUMBER
	my ($number) = @_;
	srand $number;
	my $name = $bases[$number % @bases];
	my $size = -s $handle{$name};
	my @before;
	my $pieces = $number ? 1 + int(rand 3) * int(rand 12) : 0;
	for (1 .. $pieces) {
		my ($at, $text) = piece($name);
		$text = substr $text, 0, $size - $at if $at + length $text > $size;
		push @before, [$at, get($handle{$name}, $at, length $text)];
		put($handle{$name}, $at, $text);
	}
	if ($number && rand() < 0.03) {
		my $length = int rand $size;
		push @before, map { [$_, get($handle{$name}, $_, 512)] } grep { $_ + 512 > $length } @{$places{$name}};
		truncate $handle{$name}, $length;
	}
	return ($name, $size, @before);
}

sub mend { # NAME SIZE BEFORE...
	my ($name, $size, @before) = @_;
	truncate $handle{$name}, $size;
	put($handle{$name}, @$_) for reverse @before;
}

my ($bad, $slowest, %status) = (0, 0);
for my $number ($first .. $first + $count - 1) {
	print STDERR "$number\n" if $number % 100 == 0;
	my ($name, @undo) = damage($number);
	my @faults = Judge::faults($check, getcwd() . "/bases/$name", $limit, '-t', $timeout);
	$slowest = $Judge::seconds if $Judge::seconds > $slowest;
	$status{$Judge::status}++;
	if (@faults) {
		$bad++;
		print "$number ($name): ", join('; ', @faults[0 .. ($#faults > 3 ? 3 : $#faults)]), "\n";
		system 'cp', '--sparse=always', "bases/$name", "$ENV{KEEP}/$number.$name" if $ENV{KEEP};
	}
	mend($name, @undo);
}
printf STDERR "%d images, %d with faults; status %s; slowest %.1f s\n", $count, $bad, join(', ', map { "$_: $status{$_}" } sort keys %status), $slowest;
exit($bad != 0);
