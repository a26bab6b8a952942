# Faults, and a run with them: which calls there are, what each can meet, and what
# does not hold afterwards.
package Runs;
use strict;
use warnings;
use Exporter 'import';
use Files;
use Machine;
use Promises;
use Starts;
our @EXPORT = qw(calls kinds run_case);

# What a call may fail with; the last two only where it looks for a name
my @errors = qw(EIO ENOSPC EROFS EINTR ENOMEM EPERM);
my @errors_of_names = qw(EACCES ELOOP);
my $never_fails = qr/^(umask|get[a-z]*id|set_robust_list)$/;
my $opens_or_reads = qr/^(open|openat|read|pread64|stat|lstat|fstat|newfstatat|statx|readlink|readlinkat|
	statfs|fstatfs|access|faccessat|faccessat2|chdir|getcwd|getdents64)$/x;

# The system calls of a run, after one with each of the faults: "NAME ORDINAL".
# execve and exit are strace's own business, the next two libc's before main
sub calls { # STARTING POINT'S NAME, FAULTS
	my ($name, $faults) = @_;
	my $s = start_of($name);
	my (%count, @calls);
	start($s);
	for (@$faults) {
		run_osconf($s, $_)->{no_fault} and die "$name @$_: it did not happen\n";
		reboot($s);
	}
	for (split /\n/, trace_osconf($s)) {
		push @calls, "$1 " . ++$count{$1} if /^(\w+)\(/ && $1 !~ /^(execve|exit|exit_group|arch_prctl|set_tid_address)$/;
	}
	return @calls;
}

sub kinds { # of faults that a call can meet
	my $call = shift;
	my ($name) = split / /, $call;
	return 'KILL' if $name =~ $never_fails;
	return ('KILL', @errors, $name =~ $opens_or_reads ? @errors_of_names : ());
}

# passwd, or as the user would do it where a crash left something in its way
sub user_changes_password {
	my ($s, $now) = @_;
	if (grep { /shadow\+$/ } keys %{$now->{files}}) {
		my $pid = open my $chpasswd, '|-', 'busybox chpasswd -c sha512 >/dev/null 2>&1' or die;
		print $chpasswd "root:changed\n";
		close $chpasswd;
		my $field = (slurp(place_of($s, $s->{shadow})) || '') =~ /^root:([^:]*):/ ? $1 : '';
		return 'a new password is refused' unless is_hash_of($field, 'changed');
	}
	my $path = place_of($s, $s->{shadow});
	my $text = slurp($path);
	$text =~ s/^root:[^:]*/root:$users_hash/;
	write_file($path, $text, 0600);
	return ();
}

# What does not hold, after runs with each of the faults and one without
sub run_case { # STARTING POINT'S NAME, FAULTS, VERBOSE
	my ($name, $faults, $verbose) = @_;
	my $s = start_of($name);
	my (@problems, $now, $rejected_stays);
	my $committed = is_committed($s, { files => $s->{start} });
	my $users = 0; # root's password is the user's, at the end

	start($s);
	for my $fault (@$faults) {
		my $was_committed = $committed;
		$now = run_osconf($s, $fault);
		show($now) if $verbose;
		$now->{was_committed} = $was_committed;
		push @problems, map { "after @$fault: $_" } check_faulted($s, $now, $fault);
		$committed = is_committed($s, $now);
		$rejected_stays ||= $now->{log} =~ /os\.conf\.rejected: can't /;
		if ($s->{lasting} && $fault == $faults->[-1]) {
			push @problems, user_changes_password($s, $now);
			$users = !has_password($s, $now);
		}
		reboot($s);
	}
	$now = run_osconf($s);
	show($now) if $verbose;
	$now->{rejected_stays} = $rejected_stays;
	push @problems, map { "at the end: $_" } check_end($s, $now, $committed, $users);
	return @problems;
}

sub show {
	my $now = shift;
	print "status $now->{status}\n$now->{log}";
	print map { "| $_\n" } @{$now->{net}};
	for my $name (sort keys %{$now->{files}}) {
		printf "%s (%o)\n", $name, $now->{modes}{$name} || 0;
		print map { "| $_\n" } split /\n/, $now->{files}{$name};
	}
	print "\n";
}

1;
