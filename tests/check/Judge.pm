# SPDX-License-Identifier: GPL-2.0-only
# One run of osconf-check under strace -> what it did that it should not have done.
#
#   Judge::faults(CHECK, IMAGE, SECONDS, ARGUMENT...)
#
# gives a list of faults and sets $Judge::status and $Judge::seconds. It runs in the
# current directory, whose tmp/ is all that the run may write to, and must be empty
# again. Files of ours beside it: trace, said.
#
# What is not known to be right is a fault: a program, a file, a call, a line of
# strace's that is not understood. What goes through a ring of io_uring strace does not
# see: there is none (qemu-img does without).
package Judge;
use strict;
use warnings;
use Cwd;
use Time::HiRes qw(time);

our ($status, $seconds);

my @directories = qw(/usr/bin /usr/sbin /bin /sbin /usr/local/bin /usr/local/sbin);
my %programs = map { $_ => 1 } qw(sh env setpriv unshare timeout true), qw(awk sed grep cat cut tr sort head tail wc od dd ln mkdir mkfifo mktemp mv rm ls
	id date df sleep dirname xargs), qw(sfdisk qemu-img mdir mtype debugfs unsquashfs gzip xz zstd lz4 bzip2 lzop);

# What a C library, and the tools themselves, read on every machine: none of it is
# a user's
my $machine = qr{^(?:/etc/ld\.so\.(?:cache|preload)|/(?:usr/)?lib(?:32|64|x32)?/(?:[^/]+/)*[^/]+\.so[.0-9]*|/(?:usr/)?lib(?:64)?/(?:[^/]+/)?gconv/.*
	|/(?:usr/(?:share|lib)/locale|etc)/locale[.-](?:alias|archive)|/usr/(?:share|lib)/locale/.*|/usr/share/zoneinfo/.*|/etc/localtime
	|/(?:usr/local/)?etc/(?:default/)?mtools\.conf|/etc/mke2fs\.conf
	|/dev/(?:null|zero|urandom)|/proc/(?:\d+|self)/(?:maps|fd|status|stat|mounts|mountinfo)|/proc/(?:filesystems|sys/kernel/cap_last_cap|sys/vm/overcommit_memory)
	|/sys/devices/system/(?:cpu|node)(?:/(?:online|possible|node\d+/meminfo))?|/sys/fs/cgroup(?:/.*)?/cpu\.max|/sys/kernel/mm/transparent_hugepage/[a-z_]+)$}x;
# unshare -r
my $written = qr{^(?:/dev/(?:null|tty)|/proc/(?:\d+|self)/(?:uid_map|gid_map|setgroups))$};

my $calls = join ',', qw(execve execveat ?open openat ?openat2 ?creat open_by_handle_at truncate chdir fchdir chroot mount umount2 pivot_root),
	qw(?rename renameat ?renameat2 ?link linkat ?symlink symlinkat ?unlink unlinkat ?rmdir ?mkdir mkdirat ?mknod mknodat),
	qw(?chmod fchmodat ?fchmodat2 ?chown ?lchown fchownat ?utime ?utimes utimensat ?futimesat setxattr lsetxattr),
	qw(%network io_uring_setup ptrace process_vm_writev bpf);
my $string = qr{"((?:[^"\\]|\\.)*)"};

sub slurp { my ($name) = @_; open my $in, '<:raw', $name or return ''; local $/; return <$in> // '' }

sub listing { my ($directory) = @_; opendir my $in, $directory or return ''; return join ' ', grep { !/^(?:\.\.?|said|trace)$/ } sort readdir $in }

# Without . and .. and links: what a link leads to is in strace's answer
sub absolute {
	my ($path, $from) = @_;
	$path = "$from/$path" unless $path =~ m{^/};
	my @parts;
	for (split m{/+}, $path) {
		if ($_ eq '..') { pop @parts }
		elsif ($_ ne '' && $_ ne '.') { push @parts, $_ }
	}
	return '/' . join '/', @parts;
}

### What is printed

sub faults_of_report {
	my ($said) = @_;
	my @faults;
	push @faults, 'not ASCII' if $said =~ /[^ -~\n]/;
	push @faults, 'a long line' if $said =~ /[^\n]{450}/;
	push @faults, $1 if $said =~ /(check: the check ended early.*)/;
	my %count = map { $_ => 0 } qw(ok FAIL hint ? -);
	my ($summary, @lines) = reverse split /\n/, $said;
	for (@lines) {
		if (/^(ok|FAIL|hint|\?|-) +[a-z-]+: ./) { $count{$1}++ }
		else { push @faults, "printed: $_" }
	}
	my $hints = $count{hint} ? ", $count{hint} to improve" : '';
	my $right = "$count{ok} ok, $count{FAIL} FAIL, $count{'?'} not checked$hints";
	push @faults, !defined $summary || $summary !~ /^\d+ ok, / ? 'no summary' : "summary: $summary, it should be $right" if ($summary // '') ne $right;
	push @faults, "status $status" if $status != ($count{FAIL} ? 1 : $count{'?'} ? 2 : 0);
	return @faults;
}

### What strace saw

# Lines of a log, those of a call that others interrupt put together. A process that
# is killed makes no more of the call that it was stopped at
sub calls_of {
	my ($log, $each) = @_;
	my %begun;
	open my $in, '<', $log or die "$log: $!";
	while (<$in>) {
		chomp;
		s/^(\d+) +// or do { $each->(0, $_); next };
		my $pid = $1;
		next if /^\?\?\?\((?: <(?:detached|unfinished) \.\.\.>|\) += \?)$/;
		if (s/ <unfinished \.\.\.>$//) { $begun{$pid} = $_; next }
		s/ <detached \.\.\.>$/ = ?/;
		s/^<\.\.\. \w+ resumed>/delete $begun{$pid} \/\/ 'lost('/e;
		$each->($pid, $_);
	}
	$each->($_, $begun{$_} . ' = ?') for keys %begun;
}

sub faults_of_trace {
	my ($log, $check, $image, $here, $tmp) = @_;
	my ($folder, %fault, %directory) = ($check =~ s{/[^/]*$}{}r);
	my $may = sub {
		my ($path, $writes) = @_;
		return 1 if $path =~ m{^\Q$tmp\E(?:/|$)};
		return $path =~ $written if $writes;
		return $path eq $image || $path =~ m{^\Q$folder\E(?:/|$)} || $path =~ $machine || $path =~ $written;
	};
	calls_of($log, sub {
		my ($pid, $call) = @_;
		my ($name, $arguments, $result) = $call =~ /^(\w+)\((.*)\) += (.*)$/ or return $fault{"strace: $call"}++;
		return if $name eq 'sendfile' || $name eq 'io_uring_setup' && $result =~ /INJECTED/;
		if ($name eq 'execve') {
			my ($program, $first) = $arguments =~ /^$string, \[$string/ or return $fault{"started $arguments"}++;
			my ($directory, $last) = $program =~ m{^(.*)/([^/]*)$};
			return if $program eq $check;
			return $fault{"started $program"}++ unless defined $last && $programs{$last} && grep { $_ eq $directory } @directories;
			# a shell runs what is ours
			my ($script) = $arguments =~ /^$string, \[$string, $string/ ? $3 : '';
			$fault{"started $program $script"}++ if $last eq 'sh' && $script !~ m{^\Q$folder\E/(?:inside\.sh|osconf-check)$};
			return;
		}
		$directory{$pid} = $1 if $arguments =~ /AT_FDCWD<([^>]*)>/;
		if ($name =~ /^open|^creat/) {
			my $writes = $name eq 'creat' || $arguments =~ /O_(?:WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)/;
			my ($path) = $result =~ /^\d+<(.*)>/;
			if (!defined $path) {
				my ($from, $given) = $arguments =~ /^(?:\w+<([^>]*)>, )?$string/ or return $fault{"opened $arguments"}++;
				$path = absolute($given, $from // $directory{$pid} // '/?');
			}
			$path =~ s/ ?\(deleted\)$//;
			$fault{($writes ? 'wrote ' : 'read ') . $path}++ unless $may->($path, $writes);
		} elsif ($name =~ /^(?:fchdir|chdir|chroot)$/) {
			my ($given) = $arguments =~ /^(?|$string|\d+<(.*)>)$/;
			my $path = absolute($given // '?', $directory{$pid} // '/?');
			$directory{$pid} = $path if $result eq '0';
			$fault{"$name $path"}++ unless $path eq $here || $may->($path, 0);
		} elsif ($name =~ /^(?:rename|link|symlink|unlink|rmdir|mkdir|mknod|chmod|fchmod|chown|lchown|fchown|utime|futime|setxattr|lsetxattr|truncate)/) {
			# a link may lead anywhere: what is opened by it is judged there
			$arguments =~ s/^$string, // if $name =~ /^symlink/;
			while ($arguments =~ /(?:\w+<([^>]*)>, )?$string/g) {
				my $path = absolute($2, $1 // $directory{$pid} // '/?');
				$fault{"$name $path"}++ unless $may->($path, 1);
				last if $name =~ /setxattr/;
			}
		} else {
			$fault{"called $call"}++;
		}
	});
	return sort keys %fault;
}

### A run

sub faults {
	my ($check, $image, $limit, @arguments) = @_;
	my $here = getcwd();
	my $tmp = "$here/tmp";
	mkdir $tmp;
	my ($before, $size, $changed) = (listing('.'), (stat $image)[7, 9]);
	local $ENV{TMPDIR} = $tmp;
	local $ENV{PATH} = join ':', @directories;
	my $began = time;
	system 'sh', '-c', 'exec "$@" >said 2>&1 </dev/null', 'sh', qw(strace -f -qq -y -s 256 --seccomp-bpf -e), "trace=$calls", qw(-e signal=none -e inject=io_uring_setup:error=ENOSYS -o trace),
		qw(timeout -k 5), $limit, $check, @arguments, $image;
	($status, $seconds) = ($? & 127 ? 128 + ($? & 127) : $? >> 8, time - $began);
	my @faults;
	push @faults, "did not end in $limit s" if $status == 124 || $status == 137 && $seconds >= $limit;
	push @faults, faults_of_report(slurp('said'));
	push @faults, faults_of_trace('trace', $check, $image, $here, $tmp);
	my $left = listing('tmp');
	push @faults, "left $left" if $left ne '';
	push @faults, "$here: $before, now " . listing('.') if listing('.') ne $before;
	push @faults, "changed $image" if $size != (stat $image)[7] || $changed != (stat $image)[9];
	system 'rm', '-rf', $tmp;
	return map { s/[^ -~]/?/gr } map { length > 300 ? substr($_, 0, 300) . '...' : $_ } @faults;
}

1;
