# The machine: its disk and its network are read and reset in this process, and one
# `ip` does it for all runs: so a run costs three processes, strace and two osconf.
package Machine;
use strict;
use warnings;
use Exporter 'import';
use IO::Handle;
use IPC::Open2;
use POSIX ();
use Files;
use Starts;
our @EXPORT = qw(power_on start reboot place_of run_osconf trace_osconf);

### Network

my ($to_ip, $from_ip);

sub power_on {
	open2($from_ip, $to_ip, qw(ip -o -4 -force -batch -));
	$to_ip->autoflush(1);
}

sub ask_ip { # COMMAND...: what it says, and that of `link show lo`, which is the last
	print $to_ip map { "$_\n" } @_, 'link show lo';
	my $text = '';
	while ($text !~ m{ link/loopback .*\n}) {
		sysread $from_ip, $text, 65536, length $text or die "ip has ended\n";
	}
	return $text;
}

sub set_hostname {
	my $name = shift;
	if (open my $file, '>', '/proc/sys/kernel/hostname') {
		return if print($file $name) && close $file;
	}
	system 'hostname', $name;
}

# Memory is what a boot starts without
sub reset_network {
	my $s = shift;
	set_hostname('localhost');
	ask_ip('link set lo down', 'addr flush dev lo',
		map { ("link set eth$_ down", "addr flush dev eth$_", "link set eth$_ address $s->{mac}[$_]") } 0, 1);
}

sub network {
	my @lines = ('hostname ' . (POSIX::uname())[1]);
	my @net;
	for (split /\n/, ask_ip('addr show', 'route show table main')) {
		if (/^\d+: (\S+) +inet (\S+)(?: brd (\S+))?/) {
			push @net, join ' ', $1, $2, $1 ne 'lo' && $3 ? $3 : ();
		} elsif (!/^\d+:/ && !/ src /) {
			s/ scope link| linkdown| *\\? *$//g;
			push @net, $_;
		}
	}
	return [@lines, sort @net];
}

### Disk

my $mounted = '';

sub mount_for {
	my $s = shift;
	my $wanted = "$s->{etc} " . ($s->{first} || '');
	return if $wanted eq $mounted;
	system('umount', '/etc') if $mounted;
	system(qw(mount -t tmpfs etc /etc)) if $s->{etc} eq 'tmpfs';
	system(qw(mount --bind disk/etc /etc)) if $s->{etc} ne 'tmpfs';
	system(qw(mount -o), 'remount,bind,ro', '/etc') if $s->{etc} eq 'readonly';
	system('mount', '-o', $s->{first} ? 'remount,bind,ro' : 'remount,bind,rw', '/mnt');
	$mounted = $wanted;
}

sub place_of { # NAME: where this process can write it
	my ($s, $name) = @_;
	return "/$name" if $name =~ m{^run/} || ($s->{etc} eq 'tmpfs' && $name =~ m{^etc\b});
	return "disk/$name" =~ s{/first/}{/first/$s->{dir}/}r;
}

sub reset_disk {
	my ($s, $parts) = @_;
	for my $part (split / /, $parts) {
		remove_below($part eq 'first' ? "disk/first/$s->{dir}" : place_of($s, $part));
	}
	my $wanted = qr/^($parts)\// =~ s/ /|/gr;
	$wanted = qr/$wanted/;
	for (grep { $_ =~ $wanted } keys %{$s->{start}}) {
		write_file(place_of($s, $_), $s->{start}{$_}, mode_of($_));
	}
	for (grep { $_ =~ $wanted } keys %{$s->{links}}) {
		symlink $s->{links}{$_}, place_of($s, $_);
	}
}

sub start {
	my $s = shift;
	mount_for($s);
	remove_below('disk/first');
	mkdir "disk/first/$s->{dir}";
	reset_disk($s, 'etc run first');
	reset_network($s);
}

sub reboot {
	my $s = shift;
	reset_disk($s, 'etc run') unless $s->{lasting};
	reset_network($s);
}

sub read_below { # into FILES and MODES, by name
	my ($dir, $name, $files, $modes) = @_;
	opendir my $entries, $dir or return;
	for (readdir $entries) {
		next if /^\.\.?$/;
		my $path = "$dir/$_";
		my @stat = lstat $path;
		if (-d _) {
			read_below($path, "$name/$_", $files, $modes);
		} elsif (-l _) {
			$files->{"$name/$_"} = '-> ' . readlink $path;
		} else {
			$files->{"$name/$_"} = slurp($path);
			$modes->{"$name/$_"} = $stat[2] & 07777;
		}
	}
}

### osconf

# Starts COMMAND; how it ends: an exit status, "signal N" or "hangs"
sub run_command {
	my @command = @_;
	my $pid = fork;
	if (!$pid) {
		setpgrp;
		umask 077;
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', 'log';
		open STDERR, '>&', \*STDOUT;
		exec @command or POSIX::_exit(127);
	}
	my $hangs = 0;
	local $SIG{ALRM} = sub { $hangs = 1; kill 'KILL', -$pid };
	alarm 20;
	waitpid $pid, 0;
	my $status = $?;
	alarm 0;
	return $hangs ? 'hangs' : $status & 127 ? 'signal ' . ($status & 127) : $status >> 8;
}

sub command_of { # STARTING POINT
	my $s = shift;
	my @command = $s->{args}[0] && $s->{args}[0] eq '-b' ? split(/ /, $ENV{whole}) : 'osconf';
	return @command, qw(-q -w 0 -d /mnt), @{$s->{args}};
}

# strace's options for a fault.  With --seccomp-bpf only that call stops for it, but
# then strace (6.1) sends no signal: a run that is to be killed stops at each call.
sub strace_for { # KIND NAME ORDINAL
	my ($kind, $name, $ordinal) = @_;
	my $what = $kind eq 'KILL' ? 'signal=SIGKILL' : "error=$kind";
	return qw(strace -qq -o trace), $kind eq 'KILL' ? () : qw(-f --seccomp-bpf),
		'-e', "trace=$name", '-e', "inject=$name:$what:when=$ordinal";
}

# What strace and the kernel say of it, not what was asked for
sub has_happened { # STATUS, KIND NAME ORDINAL
	my ($status, $kind, $name) = @_;
	return $status eq 'signal 9' if $kind eq 'KILL';
	return (slurp('trace') || '') =~ /\b$name\(.* = -1 $kind .*\(INJECTED\)$/m;
}

# Runs osconf with a fault, or without one; what there is then
sub run_osconf { # STARTING POINT, FAULT
	my ($s, $fault) = @_;
	truncate 'kmsg', 0;
	unlink 'trace';
	my $status = run_command($fault ? strace_for(@$fault) : (), command_of($s));
	my %now = (status => $status, log => slurp('log'), kmsg => slurp('kmsg'), files => {}, modes => {}, net => network());
	$now{no_fault} = $fault && !has_happened($status, @$fault);
	read_below(place_of($s, 'etc'), 'etc', @now{qw(files modes)});
	read_below('/run', 'run', @now{qw(files modes)}) if $s->{start}{'run/shadow'};
	read_below("disk/first/$s->{dir}", 'first', @now{qw(files modes)});
	return \%now;
}

# What strace says of a run without a fault
sub trace_osconf { # STARTING POINT
	unlink 'trace';
	run_command(qw(strace -qq -o trace), command_of(shift));
	return slurp('trace') || die "strace has said nothing\n";
}

1;
