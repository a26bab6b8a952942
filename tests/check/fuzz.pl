# SPDX-License-Identifier: GPL-2.0-only
# Damages the images of bases/, has osconf-check read them, and looks on with strace:
# no program is started that is not in a list, no file read or written outside its
# own directory, no connection made; each run ends in time, with a status of its own
# and a summary, and prints nothing but lines of ASCII.
#
# Arguments: COUNT FIRST. $ENV{check}: the program. Prints a line for each run that
# does otherwise, whose image is kept, and one of figures.
use strict;
use warnings;
use Cwd;
use Time::HiRes qw(time);

my ($count, $first) = @ARGV;
my $check = $ENV{check};
my $folder = $check =~ s,/[^/]*$,,r;
my $tmp = getcwd() . "/tmp";
mkdir $tmp;
my $programs = join '|', qw(sh dash bash busybox env setpriv unshare timeout true), qw(awk mawk gawk original-awk sed grep cat cut tr sort head tail
	wc od dd ln mkdir mktemp rm find ls id date df sleep dirname xargs mv uniq),
	qw(sfdisk qemu-img mdir mtype mtools debugfs unsquashfs gzip xz zstd lz4 bzip2 lzop blockdev);
# Libraries, what a C library reads at its start, and what tools ask the kernel
my $machine = qr{^(/etc/ld\.so\.(cache|preload)|/(usr/)?lib(64|x32)?/.*|/usr/share/locale/.*|/usr/local/lib/.*|/etc/mtools\.conf|/etc/default/mtools.*
	|/etc/localtime|/etc/mke2fs\.conf|/etc/e2fsck\.conf|/dev/(null|tty|zero|urandom)|/proc/(self|\d+)/.*|/proc/(filesystems|mounts|meminfo|stat|cpuinfo|sys/.*)|/sys/devices/system/.*
	|/sys/fs/cgroup.*|/sys/kernel/mm/.*|/usr/share/misc/.*|/etc/gcrypt/.*|/etc/pkcs11/.*|/etc/ssl/.*|/usr/lib/ssl/.*|/etc/terminfo.*|/usr/share/zoneinfo/.*|/etc/libnl/.*
	|/etc/(passwd|nsswitch\.conf|group)|/etc/crypto-policies.*|/run/systemd/userdb.*|/etc/security/capability.*)$}x;

sub slurp { my ($name) = @_; open my $in, '<:raw', $name or return ''; local $/; my $text = <$in>; defined $text ? $text : '' }

# Where something is: only there is damage likely to be read
my (%image, %places);
for my $name (sort map { s,.*/,,r } glob 'bases/*') {
	$image{$name} = slurp("bases/$name");
	for (my $at = 0; $at < length $image{$name}; $at += 512) {
		push @{$places{$name}}, $at if substr($image{$name}, $at, 512) =~ /[^\0]/;
	}
}
my @names = sort keys %image;

sub damage { # NUMBER -> NAME, image, what was done
	my ($number) = @_;
	srand $number;
	my $name = $names[$number % @names];
	my $text = $image{$name};
	my @places = @{$places{$name}};
	# headers and tables come first in each structure
	my $metadata = @places > 40 ? int(@places * 0.3) : @places;
	my $how = 1 + int(rand 3) * int(rand 12);
	for (1 .. $how) {
		my $block = rand() < 0.7 ? $places[int rand $metadata] : $places[int rand @places];
		my $at = $block + int rand 512;
		next if $at + 8 > length $text;
		my $kind = int rand 8;
		if ($kind < 2) { substr($text, $at, 1) = chr int rand 256 }
		elsif ($kind == 2) { substr($text, $at & ~3, 4) = pack 'V', (0, 1, 2, 0xffffffff, 0x7fffffff, 0x80000000, 0xffff, 12)[int rand 8] }
		elsif ($kind == 3) { substr($text, $at & ~7, 8) = pack 'Q<', (0, ~0, 1 << 62, 1 << 40, 511)[int rand 5] }
		elsif ($kind == 4) { substr($text, $at, 1) ^= chr 1 << int rand 8 }
		elsif ($kind == 5) { # a piece from elsewhere
			my $from = $places[int rand @places];
			my $length = 1 + int rand 64;
			substr($text, $at, $length) = substr($text, $from, $length) if $at + $length <= length $text && $from + $length <= length $text;
		} elsif ($kind == 6) { # in a name: what a shell, a listing or a terminal would take amiss
			my $piece = ("\n/", '$(id)', "\033[2J", '`id`', '../..', "\n-rw-r--r-- ", '-I', '*', "\t", '%s%n', "a\nb", ';id;')[int rand 12];
			my @at;
			push @at, pos $text while $text =~ /(?=passwd|shadow|inittab|busybox|sshd_config|aliyun|fstab|\.conf|lib|rcS|init)/g and push(@at, pos $text) < 4000 and pos($text)++ < length $text;
			my $there = @at ? $at[int rand @at] : $at;
			substr($text, $there, length $piece) = $piece if $there + length $piece < length $text;
		} else { # a number of text
			substr($text, $at, 8) = sprintf '%08d', int rand 1e8 if $at + 8 <= length $text;
		}
	}
	$text = substr $text, 0, int rand length $text if rand() < 0.03;
	return ($name, $text);
}

my ($bad, $slowest, %status, @times) = (0, 0);
for my $number ($first .. $first + $count - 1) {
	print STDERR "$number\n" if $number % 100 == 0;
	my ($name, $text) = damage($number);
	open my $out, '>:raw', 'image' or die;
	# a hole stays one
	for (my $at = 0; $at < length $text; $at += 65536) {
		my $piece = substr $text, $at, 65536;
		seek $out, $at, 0;
		print $out $piece if $piece =~ /[^\0]/;
	}
	truncate $out, length $text;
	close $out;
	my $began = time;
	$ENV{TMPDIR} = $tmp;
	system "strace -f -qq --seccomp-bpf -e trace=execve,open,openat,creat,connect,bind,mkdir,rename,unlink,symlink,link -e signal=none -o trace "
		. "timeout -k 5 200 $check -t 10 image >said 2>&1 </dev/null";
	my ($status, $took) = ($? >> 8, time - $began);
	$slowest = $took if $took > $slowest;
	$status{$status}++;
	my @faults;
	push @faults, "status $status" if $status > 2;
	my $said = slurp('said');
	push @faults, 'no summary' unless $said =~ /^\d+ ok, \d+ FAIL, \d+ not checked(, \d+ to improve)?\n\z/m;
	push @faults, 'ended early: ' . $1 if $said =~ /(check: the check ended early.*)/;
	push @faults, 'not ASCII' if $said =~ /[^ -~\n]/;
	push @faults, 'a long line' if $said =~ /[^\n]{500}/;
	open my $trace, '<', 'trace' or die;
	my %fault;
	while (<$trace>) {
		s/^\d+ +//;
		if (/^execve\("([^"]*)"/) {
			my $program = $1;
			next unless / = 0$/;
			$fault{"started $program"}++ unless $program =~ m{(^|/)($programs|osconf-check)$} && $program !~ /^\Q$tmp\E/;
		} elsif (/^(?:open|creat|mkdir|unlink|rename|openat)\((?:[A-Z0-9_]+, )?"((?:[^"\\]|\\.)*)"/) {
			my $path = $1;
			next if / = -1 E(NOENT|NOTDIR)/ && /O_RDONLY|^unlink/;
			next if $path =~ m{^[^/]} && $path !~ m{(^|/)\.\.(/|$)};   # below its own directory
			next if $path =~ m{^\Q$tmp\E(/|$)} || $path eq getcwd() . '/image' || $path =~ m{^\Q$folder\E(/|$)} || $path =~ $machine || $path eq '/';
			next if $path eq getcwd();
			$fault{"opened $path"}++;
		} elsif (/^(connect|bind)\(/) {
			$fault{"connected: $_"}++ unless /AF_UNIX.*nscd|AF_NETLINK/;
		}
	}
	push @faults, sort keys %fault;
	opendir my $left, $tmp or die;
	my @left = grep { !/^\.\.?$/ } readdir $left;
	push @faults, "left @left" if @left;
	system 'rm', '-rf', $tmp and die;
	mkdir $tmp;
	if (@faults) {
		$bad++;
		print "$number ($name): ", join('; ', map { s/\s+\z//r } @faults[0 .. ($#faults > 3 ? 3 : $#faults)]), "\n";
		if ($ENV{KEEP}) { system 'cp', '--sparse=always', 'image', "$ENV{KEEP}/$number.$name" }
	}
}
printf STDERR "%d images, %d with faults; status %s; slowest %.1f s\n", $count, $bad, join(', ', map { "$_: $status{$_}" } sort keys %status), $slowest;
exit($bad != 0);
