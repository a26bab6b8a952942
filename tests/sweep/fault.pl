#!/usr/bin/perl
# The machine of fault.sh, from inside: it sets up a starting point, runs osconf
# with a fault, looks at what there is, and runs it again without one.
#
# Disk and network are read and reset in this process, and one `ip` does it for all
# runs: so a run costs three processes, strace and two osconf.
use strict;
use warnings;
use IO::Handle;
use IPC::Open2;
use POSIX ();

# What a call may fail with; the last two only where it looks for a name
my @errors = qw(EIO ENOSPC EROFS EINTR ENOMEM EPERM);
my @errors_of_names = qw(EACCES ELOOP);
my $never_fails = qr/^(umask|get[a-z]*id|set_robust_list)$/;
my $opens_or_reads = qr/^(open|openat|read|pread64|stat|lstat|fstat|newfstatat|statx|readlink|readlinkat|
	statfs|fstatfs|access|faccessat|faccessat2|chdir|getcwd|getdents64)$/x;
# Without these, what was read is all there: the network comes up
my $only_writes = qr/^(fsync|fdatasync|syncfs|rename|renameat|unlink|unlinkat|link|fchmod|fchown|fchown32|
	ftruncate|utimensat|utimensat_time64|write|writev|getrandom)$/x;
# osconf runs it for the cards, when os.conf has been committed
my $only_network = qr/^(ioctl|sethostname)$/;

### Starting points, and what has to come out: without osconf

my $alice = '$6$alice$' . 'A' x 86;
my %base = (
	'etc/passwd' => "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1::/:/bin/false\nalice:x:1000:1000:Alice:/home/alice:/bin/sh\n",
	'etc/shadow' => "root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\nalice:$alice:19000:0:99999:7:::\n",
	'etc/hostname' => "localhost\n",
	'etc/hosts' => "127.0.0.1 localhost\n10.0.0.9 alice.example.com alice\n",
	'etc/resolv.conf' => "search example.com\nnameserver 1.1.1.1\noptions timeout:1\n",
);
my %mode = ('etc/hosts' => 0640, 'etc/resolv.conf' => 0664);

sub mode_of { # NAME
	my $name = shift;
	return $mode{$name} || ($name =~ /shadow|os\.conf|settings/ ? 0600 : 0644);
}

sub keys_of { # TEXT of a settings file
	return map { /^(\w+)=(["']?)(.*)\2$/ ? ($1, $3) : () } split /\n/, shift;
}

sub slurp {
	open my $file, '<', shift or return undef;
	local $/;
	my $text = <$file>;
	return defined $text ? $text : '';
}

my $fixtures = "$ENV{top}/tests/fixtures";
my $classic_conf = slurp("$fixtures/classic.conf");
my $vpc_conf = slurp("$fixtures/vpc.conf");
my %classic = keys_of($classic_conf);
my %vpc = keys_of($vpc_conf);
my $password = 'qwer1234';
delete $classic{password};
delete $vpc{password};
my $parents_hash = crypt 'parent', '$6$parentparent1234$';
my $users_hash = crypt 'changed', '$6$changedbytheuser$';
my $drives_hash = crypt 'drive', '$6$fromthedrive1234$';
my $drive_conf = $vpc_conf =~ s/^password=.*/password=$drives_hash/mr . "instance_id=ins-1\n";

sub text_of { # the keys, as a user may have edited them
	my %keys = @_;
	return join '', "# mine\n", map { "$_='$keys{$_}'\n" } sort keys %keys;
}

sub with_root { # HASH
	my $hash = shift;
	return $base{'etc/shadow'} =~ s/^root:\*/root:$hash/r;
}

# The files that follow from the keys
sub files_of {
	my %keys = @_;
	my %files;
	my $name = $keys{hostname};
	$files{'etc/hostname'} = "$name\n";
	$files{'etc/hosts'} = $base{'etc/hosts'} . ($keys{eth0_ip_addr} ? "$keys{eth0_ip_addr} $name # osconf\n" : '');
	$files{'etc/resolv.conf'} = join '', "search example.com\noptions timeout:1\n",
		map { "nameserver $_\n" } split / /, $keys{dns_nameserver};
	return %files;
}

my @lo = ('lo 127.0.0.1/8');
my @eth0 = ('eth0 10.171.254.123/24 10.171.254.255');
my @classic_net = (@lo, @eth0, 'eth1 42.120.74.105/24 42.120.74.255',
	'10.0.0.0/8 via 10.171.254.1 dev eth0', '172.16.0.0/12 via 10.171.254.1 dev eth0', 'default via 42.120.74.1 dev eth1');
my @vpc_net = (@lo, @eth0, 'default via 10.171.254.1 dev eth0');
my %instance = (%base, files_of(%classic), 'etc/os.conf' => text_of(%classic), 'etc/shadow' => with_root($parents_hash));

my %child = (%classic,
	hostname => 'child', dns_nameserver => '9.9.9.9',
	eth0_mac_addr => '00:16:3e:00:00:01', eth0_ip_addr => '10.2.2.2', eth0_gateway => '10.2.2.1', eth0_route => '10.0.0.0/8 10.2.2.1',
	eth1_mac_addr => '00:16:3e:00:00:02', eth1_ip_addr => '47.1.1.2', eth1_gateway => '47.1.1.1', eth1_route => '0.0.0.0/0 47.1.1.1');
my @child_net = (@lo, 'eth0 10.2.2.2/24 10.2.2.255', 'eth1 47.1.1.2/24 47.1.1.255',
	'10.0.0.0/8 via 10.2.2.1 dev eth0', 'default via 47.1.1.1 dev eth1');

my $refused = "hostname=web\nnonsense\npassword=secret!\neth0_mac_addr=00:8c:fa:5e:14:23\neth0_ip_addr=10.171.254.123\n" .
	"eth0_netmask=255.255.255.0\neth0_gateway=10.0.0.256\neth0_route=\"10.0.0.0/8 10.171.254.1;x y\"\n";
my %refused_keys = (hostname => 'web', dns_nameserver => $classic{dns_nameserver}, eth0_mac_addr => '00:8c:fa:5e:14:23',
	eth0_ip_addr => '10.171.254.123', eth0_netmask => '255.255.255.0', eth0_route => '10.0.0.0/8 10.171.254.1');

my $mark = 'BEGIN osconf: written at every boot from the saved settings, changes in here are lost';
my $interfaces = "auto lo\niface lo inet loopback\n\niface eth5 inet dhcp\n";
my $interfaces_end = "$interfaces# $mark\nauto eth0\niface eth0 inet static\n\taddress 10.171.254.123\n\tnetmask 255.255.255.0\n" .
	"\tup ip route replace 10.0.0.0/8 via 10.171.254.1 dev eth0\n\tup ip route replace 172.16.0.0/12 via 10.171.254.1 dev eth0\n" .
	"auto eth1\niface eth1 inet static\n\taddress 42.120.74.105\n\tnetmask 255.255.255.0\n" .
	"\tup ip route replace 0.0.0.0/0 via 42.120.74.1 dev eth1\n# END osconf\n";
my $scripts = 'etc/sysconfig/network-scripts';
my %sysconfig_end = (
	'etc/sysconfig/network' => "# mine\n# $mark\nHOSTNAME=iZ23r29djmjZ\nNETWORKING=yes\n# END osconf\n",
	"$scripts/ifcfg-eth0" => "# $mark\nDEVICE=eth0\nONBOOT=yes\nBOOTPROTO=static\nIPADDR=10.171.254.123\nNETMASK=255.255.255.0\n# END osconf\n",
	"$scripts/ifcfg-eth1" => "# $mark\nDEVICE=eth1\nONBOOT=yes\nBOOTPROTO=static\nIPADDR=42.120.74.105\nNETMASK=255.255.255.0\n# END osconf\n",
	"$scripts/route-eth0" => "# $mark\n10.0.0.0/8 via 10.171.254.1 dev eth0\n172.16.0.0/12 via 10.171.254.1 dev eth0\n# END osconf\n",
	"$scripts/route-eth1" => "# $mark\n0.0.0.0/0 via 42.120.74.1 dev eth1\n# END osconf\n",
);

# start: the files.  end: those that become others (undef: gone).  between: what they
# are if os.conf can't be read, and only what was saved is applied (when: if a message
# is like that).
# saved: where the settings are (etc/os.conf).  keys: what they are at the end;
# keys_between: as above.  net: what the network is.  password: root's; hash: exactly that.
# status: of the run that does it all (0), status_later: of one that comes after that (0).
# etc: bind (a disk), readonly or tmpfs; first: readonly.  dir: the directory of os.conf
# (aliyun_custom_image; qcloud_action is a drive's).  lasting: /etc is at the next
# boot what it was (1).  mac: those of the cards.  secrets: more that must be in no file.
my %scenarios = (
	first => { # nothing is there
		start => { %base, 'first/os.conf' => $classic_conf },
		end => { files_of(%classic) },
		keys => \%classic, net => \@classic_net, password => $password,
	},
	partial => { # saved settings, and what the console changed
		start => { %instance, 'first/os.conf' => "hostname=web\npassword=d2ViMQ==\n" },
		end => { files_of(%classic, hostname => 'web') },
		keys => { %classic, hostname => 'web' }, net => \@classic_net, password => 'web1',
	},
	whole => { # everything changes
		start => { %instance, 'first/os.conf' => $vpc_conf =~ s/^hostname=.*/hostname=other/r =~ s/7\.7\.7\.7/9.9.9.9/r,
			'first/os.conf.rejected' => "# old\n" },
		end => { files_of(%vpc, hostname => 'other', dns_nameserver => '9.9.9.9 8.8.8.8'), 'first/os.conf.rejected' => undef },
		keys => { %vpc, hostname => 'other', dns_nameserver => '9.9.9.9 8.8.8.8' }, net => \@vpc_net, password => $password,
	},
	child => { # an image made from an instance, with the parent's os.conf.done
		start => { %instance, 'first/os.conf' => text_of(%child, password => 'Y2hpbGQx'), 'first/os.conf.done' => "password=cGFyZW50\n" },
		end => { files_of(%child), 'first/os.conf.done' => undef },
		keys => \%child, net => \@child_net, password => 'child1', mac => [@child{qw(eth0_mac_addr eth1_mac_addr)}],
	},
	adopt => { # the card has another MAC address than os.conf says
		start => { %base, 'first/os.conf' => $vpc_conf =~ s/00:8c:fa:5e:14:23/00:16:3e:00:00:99/r },
		end => { files_of(%vpc) },
		keys => \%vpc, net => \@vpc_net, password => $password,
	},
	later => { # no os.conf; others have changed files that follow from the settings
		start => { %instance, map { $_ => $base{$_} } qw(etc/hosts etc/resolv.conf) },
		end => { files_of(%classic) },
		keys => \%classic, net => \@classic_net, hash => $parents_hash,
	},
	refused => { # values that are none
		start => { %instance, 'first/os.conf' => $refused, 'first/os.conf.rejected' => "# old\n" },
		end => { files_of(%refused_keys),
			'first/os.conf.rejected' => qr/\A(?=.*^# line 2: )(?=.*^# password: )(?=.*^eth0_gateway='10\.0\.0\.256'$)(?=.*^eth0_route='.*x y'\n\z)/ms },
		keys => \%refused_keys, net => [@lo, @eth0, '10.0.0.0/8 via 10.171.254.1 dev eth0'],
		hash => $parents_hash, status => 1, secrets => ['secret!'],
	},
	protected => { # the first partition is read-only
		start => { %base, 'first/os.conf' => $classic_conf },
		end => { files_of(%classic), 'first/os.conf' => $classic_conf },
		keys => \%classic, net => \@classic_net, password => $password, status => 1, first => 'readonly',
	},
	relative => { # -s: a root that is not persistent, and nobody can see that
		args => [qw(-s settings)],
		start => { %base, 'first/os.conf' => $classic_conf, 'first/settings' => text_of(%vpc, password_hash => $parents_hash) },
		end => { files_of(%classic) },
		keys => \%classic, net => \@classic_net, password => $password, saved => 'first/settings', lasting => 0,
	},
	readonly => { # a read-only root, with what must be written elsewhere
		start => { %base, 'first/os.conf' => $classic_conf, 'run/shadow' => $base{'etc/shadow'}, 'run/resolv.conf' => $base{'etc/resolv.conf'} },
		links => { 'etc/shadow' => '/run/shadow', 'etc/resolv.conf' => '/run/resolv.conf' },
		end => { 'run/resolv.conf' => {files_of(%classic)}->{'etc/resolv.conf'} },
		keys => \%classic, net => \@classic_net, password => $password, saved => 'first/os.conf.saved', etc => 'readonly', lasting => 0,
	},
	tmpfs => { # /etc in memory
		start => { %base, 'first/os.conf' => $classic_conf },
		end => { files_of(%classic) },
		keys => \%classic, net => \@classic_net, password => $password, saved => 'first/os.conf.saved', etc => 'tmpfs', lasting => 0,
	},
	tmpfs_partial => {
		start => { %base, 'first/os.conf' => "hostname=web\npassword=d2ViMQ==\n", 'first/os.conf.saved' => text_of(%classic, password_hash => $parents_hash) },
		between => { files_of(%classic) },
		end => { files_of(%classic, hostname => 'web') },
		keys => { %classic, hostname => 'web' }, net => \@classic_net, password => 'web1', saved => 'first/os.conf.saved', etc => 'tmpfs', lasting => 0,
	},
	moves => { # /etc was in memory, and is persistent now; it has settings of old
		start => { %base, 'first/os.conf.saved' => text_of(%classic, password_hash => $parents_hash), 'etc/os.conf' => text_of(hostname => 'old', eth0_ip_addr => '10.1.1.1', eth0_netmask => '255.0.0.0') },
		between => { 'etc/hostname' => "old\n", 'etc/hosts' => "$base{'etc/hosts'}10.1.1.1 old # osconf\n" },
		when => qr/directory aliyun_custom_image|no such partition/,
		end => { files_of(%classic), 'first/os.conf.saved' => undef },
		keys => \%classic, net => \@classic_net, hash => $parents_hash,
	},
	moves_partial => { # and there is an os.conf
		start => { %base, 'first/os.conf.saved' => text_of(%classic, password_hash => $parents_hash), 'first/os.conf' => "hostname=web\n" },
		between => { files_of(%classic) }, keys_between => \%classic,
		end => { files_of(%classic, hostname => 'web'), 'first/os.conf.saved' => undef },
		keys => { %classic, hostname => 'web' }, net => \@classic_net, hash => $parents_hash,
	},
	moves_protected => { # but can't be removed
		start => { %base, 'first/os.conf.saved' => text_of(%classic, password_hash => $parents_hash) },
		end => { files_of(%classic), 'first/os.conf.saved' => text_of(%classic, password_hash => $parents_hash) },
		keys => \%classic, net => \@classic_net, hash => $parents_hash, status => 1, status_later => 1, first => 'readonly',
	},
	drive => { # a config drive, which stays as it is
		start => { %base, 'first/os.conf' => $drive_conf },
		end => { files_of(%vpc), 'first/os.conf' => $drive_conf },
		keys => \%vpc, net => \@vpc_net, hash => $drives_hash, first => 'readonly', dir => 'qcloud_action',
	},
	drive_whole => { # and saved settings
		start => { %instance, 'first/os.conf' => $drive_conf },
		end => { files_of(%vpc), 'first/os.conf' => $drive_conf },
		keys => \%vpc, net => \@vpc_net, hash => $drives_hash, first => 'readonly', dir => 'qcloud_action',
	},
	ifupdown => {
		args => [qw(-b ifupdown)],
		start => { %base, 'first/os.conf' => $classic_conf, 'etc/network/interfaces' => $interfaces },
		end => { files_of(%classic), 'etc/network/interfaces' => $interfaces_end },
		keys => \%classic, net => [], password => $password,
	},
	ifupdown_later => {
		args => [qw(-b ifupdown)],
		start => { %instance, 'etc/network/interfaces' => $interfaces_end },
		end => {},
		keys => \%classic, net => [], hash => $parents_hash,
	},
	sysconfig => {
		args => [qw(-b sysconfig)],
		start => { %base, 'first/os.conf' => $classic_conf, 'etc/sysconfig/network' => "# mine\n",
			"$scripts/ifcfg-lo" => "DEVICE=lo\n", "$scripts/ifcfg-eth7" => "# BEGIN osconf\nDEVICE=eth7\n# END osconf\n" },
		between => { 'etc/sysconfig/network' => "# mine\n# $mark\nNETWORKING=yes\n# END osconf\n" },
		end => { files_of(%classic), %sysconfig_end, "$scripts/ifcfg-eth7" => undef },
		keys => \%classic, net => [], password => $password,
	},
);
my @order = qw(first partial whole child adopt later refused protected relative readonly tmpfs tmpfs_partial moves moves_partial moves_protected drive drive_whole ifupdown ifupdown_later sysconfig);

sub complete { # what a scenario does not say
	my $s = shift;
	my $start = $s->{start};
	$s->{etc} ||= 'bind';
	$s->{dir} ||= 'aliyun_custom_image';
	$s->{drive} = $s->{dir} eq 'qcloud_action';
	$s->{saved} ||= 'etc/os.conf';
	$s->{lasting} = 1 unless defined $s->{lasting};
	$s->{status} ||= 0;
	$s->{status_later} ||= 0;
	$s->{args} ||= [];
	$s->{links} ||= {};
	delete @{$start}{keys %{$s->{links}}};
	$s->{mac} ||= ['00:8c:fa:5e:14:23', '00:8c:fa:5e:14:24'];
	$s->{shadow} = $start->{'run/shadow'} ? 'run/shadow' : 'etc/shadow';
	($s->{old_hash}) = $start->{$s->{shadow}} =~ /^root:([^:]*)/;
	$s->{saves_hash} = $s->{saved} =~ /^first/;
	my $end = $s->{end};
	for (grep { !/os\.conf$/ } keys %$start) {
		$end->{$_} = $start->{$_} unless exists $end->{$_};
	}
	$end->{'first/os.conf'} = undef unless exists $end->{'first/os.conf'};
	$s->{net} = ["hostname $s->{keys}{hostname}", sort @{$s->{net}}];
	my @secrets = map { /^password=(\S+)/m && !$s->{drive} ? $1 : () } map { $start->{"first/$_"} || () } qw(os.conf os.conf.done);
	$s->{secrets} = [$s->{password} || (), map({ s/=*$//r } @secrets), @{$s->{secrets} || []}];
	return $s;
}

### The machine

my ($to_ip, $from_ip);

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

sub remove_below {
	my $dir = shift;
	opendir my $entries, $dir or return;
	for (grep { !/^\.\.?$/ } readdir $entries) {
		my $path = "$dir/$_";
		if (-d $path && !-l $path) {
			remove_below($path);
			rmdir $path;
		} else {
			unlink $path;
		}
	}
}

sub write_file {
	my ($path, $text, $mode) = @_;
	my @parts = split m{/}, $path;
	for my $n (1 .. $#parts - 1) {
		mkdir join('/', @parts[0 .. $n]);
	}
	sysopen my $file, $path, POSIX::O_WRONLY | POSIX::O_CREAT | POSIX::O_TRUNC or die "$path: $!\n";
	print $file $text;
	close $file;
	chmod $mode, $path;
}

# PARTS: etc, run, first
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

# Runs osconf with a fault, or without one; what there is then
sub run_osconf {
	my ($s, $fault, $trace) = @_;
	my @command = $s->{args}[0] && $s->{args}[0] eq '-b' ? split(/ /, $ENV{whole}) : 'osconf';
	push @command, qw(-q -w 0 -d /mnt), @{$s->{args}};
	if ($trace) {
		unshift @command, qw(strace -qq -o trace);
	} elsif ($fault) {
		my ($kind, $name, $ordinal) = @$fault;
		my $what = $kind eq 'KILL' ? 'signal=SIGKILL' : "error=$kind";
		# only that call stops for strace
		unshift @command, qw(strace -f --seccomp-bpf -qq -o /dev/null -e), "trace=$name", '-e', "inject=$name:$what:when=$ordinal";
	}
	truncate 'kmsg', 0;
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
	my %now = (status => $hangs ? 'hangs' : $status & 127 ? 'signal ' . ($status & 127) : $status >> 8,
		log => slurp('log'), kmsg => slurp('kmsg'), files => {}, modes => {}, net => network());
	read_below(place_of($s, 'etc'), 'etc', @now{qw(files modes)});
	read_below('/run', 'run', @now{qw(files modes)}) if $s->{start}{'run/shadow'};
	read_below("disk/first/$s->{dir}", 'first', @now{qw(files modes)});
	return \%now;
}

### The promises

my %verified;

sub is_hash_of { # what glibc says, not busybox
	my ($hash, $text) = @_;
	return 0 unless $hash =~ /^\$6\$[^\$]{8,}\$[^\$]{86}$/;
	my $id = "$hash $text";
	$verified{$id} = crypt($text, $hash) eq $hash unless defined $verified{$id};
	return $verified{$id};
}

my %digests;

sub is_digest_of { # as in hash.c: of its SHA-256
	my ($hash, $text) = @_;
	if (!$digests{$text}) {
		write_file('digested', $text, 0600);
		($digests{$text}) = `sha256sum digested` =~ /^(\w+)/;
	}
	return is_hash_of($hash, $digests{$text});
}

sub root_field {
	my ($s, $now) = @_;
	return ($now->{files}{$s->{shadow}} || '') =~ /^root:([^:]*):/ ? $1 : '';
}

sub is_new_hash {
	my ($s, $hash) = @_;
	return $s->{hash} ? $hash eq $s->{hash} : is_hash_of($hash, $s->{password});
}

sub saved_keys {
	my ($s, $now) = @_;
	my $text = $now->{files}{$s->{saved}};
	return defined $text ? {keys_of($text)} : undef;
}

sub same_keys { # without those that are not the platform's
	my ($one, $other) = @_;
	my ($a, $b) = map { my %k = %$_; delete @k{qw(applied moved password_hash drive drive_password)}; join "\n", map { "$_=$k{$_}" } sort keys %k } $one, $other;
	return $a eq $b;
}

# What os.conf and os.conf.saved say is elsewhere
sub is_committed {
	my ($s, $now) = @_;
	my ($start, $files) = ($s->{start}, $now->{files});
	my ($applied, $moved) = @{saved_keys($s, $now) || {}}{$s->{drive} ? 'drive' : 'applied', 'moved'};
	if ($start->{'first/os.conf'}) {
		return !defined $files->{'first/os.conf'} || ($applied && is_digest_of($applied, $start->{'first/os.conf'}));
	}
	return !$start->{'first/os.conf.saved'} || !defined $files->{'first/os.conf.saved'} || ($moved && is_digest_of($moved, $start->{'first/os.conf.saved'}));
}

# The next run has a password to set
sub has_password {
	my ($s, $now) = @_;
	return !is_committed($s, $now) if $s->{password} || $s->{drive};
	return defined $now->{files}{'first/os.conf.saved'} && !(saved_keys($s, $now) || {})->{moved};
}

# At every moment: a file is what it was, or what it is to be
sub check_files {
	my ($s, $now, $done, $problems) = @_;
	my ($start, $end) = @{$s}{qw(start end)};
	my %names = map { $_ => 1 } keys %$start, keys %$end, keys %{$now->{files}}, $s->{saved};
	for my $name (sort keys %names) {
		my $is = $now->{files}{$name};
		my $was = $s->{links}{$name} ? "-> $s->{links}{$name}" : $start->{$name};
		my $new = exists $end->{$name} ? $end->{$name} : undef;
		next if $name eq $s->{shadow} || $name eq $s->{saved};
		if (!exists $start->{$name} && !exists $end->{$name}) {
			next if $s->{links}{$name} && ($is || '') eq $was;
			# what is being replaced or wiped has other names
			next if !$done && ($name eq 'first/os.conf.done' || $name =~ /\+$/);
			next if $name =~ /(shadow|passwd)-$/;
			push @$problems, "$name is there";
			next;
		}
		my $is_new = defined $is ? defined $new && (ref $new ? $is =~ $new : $is eq $new) : !defined $new;
		my $is_old = defined $is ? defined $was && $is eq $was : !defined $was;
		$is_old ||= defined $is && $s->{between}{$name} && $is eq $s->{between}{$name} && (!$s->{when} || $now->{log} =~ $s->{when});
		if ($name =~ m{^first/os\.conf(\.done)?$} && $1 && !$done) {
			next;
		}
		push @$problems, "$name is " . (defined $is ? "'$is'" : 'not there') unless $is_new || (!$done && $is_old);
		push @$problems, sprintf("%s has mode %o", $name, $now->{modes}{$name})
			if defined $now->{modes}{$name} && $now->{modes}{$name} != mode_of($name);
	}
}

sub check_shadow {
	my ($s, $now, $problems) = @_;
	my $text = $now->{files}{$s->{shadow}} || '';
	my $field = root_field($s, $now);
	my $others = $base{'etc/shadow'} =~ s/^root:.*\n//r;
	push @$problems, "/etc/shadow is '$text'" unless $text =~ /\Aroot:[^:]*:\d+:0:99999:7:::\n\Q$others\E\z/;
	push @$problems, "root's password is '$field'"
		unless $field eq $s->{old_hash} || $field eq $users_hash || is_new_hash($s, $field) || $s->{saves_hash} && $field eq $parents_hash;
}

sub check_saved {
	my ($s, $now, $done, $problems) = @_;
	my $text = $now->{files}{$s->{saved}};
	my $was = $s->{start}{$s->{saved}};
	my $keys = saved_keys($s, $now);
	if (!defined $text) {
		push @$problems, "$s->{saved} is not there" if $done || defined $was;
		return;
	}
	push @$problems, sprintf('%s has mode %o', $s->{saved}, $now->{modes}{$s->{saved}}) if $now->{modes}{$s->{saved}} != mode_of($s->{saved});
	return if !$done && defined $was && $text eq $was;
	my $are_right = same_keys($keys, $s->{keys}) || !$done && $s->{keys_between} && same_keys($keys, $s->{keys_between});
	push @$problems, "$s->{saved} is '$text'" unless $are_right && $text =~ /\n\z/;
	for (grep { defined } @$keys{qw(applied drive)}) {
		push @$problems, "$s->{saved} has a digest" unless defined $now->{files}{'first/os.conf'};
		push @$problems, "$s->{saved} has another digest" unless is_digest_of($_, $s->{start}{'first/os.conf'} || '');
	}
	push @$problems, "$s->{saved} has a digest of os.conf.saved" if defined $keys->{moved} && !defined $now->{files}{'first/os.conf.saved'};
	if ($s->{saves_hash}) {
		push @$problems, "$s->{saved} does not have the password's hash" unless is_new_hash($s, $keys->{password_hash} || '');
	} else {
		push @$problems, "$s->{saved} has a password's hash" if defined $keys->{password_hash};
	}
}

# A password is nowhere but in os.conf, a hash where only root can read it
sub check_secrets {
	my ($s, $now, $problems) = @_;
	my $files = $now->{files};
	for my $name (sort keys %$files) {
		my $hash_may = $name =~ m{/shadow[-+]?$} || $name =~ m{^\Q$s->{saved}\E\+?$} || $name eq 'first/os.conf.saved' && $s->{start}{$name}
			|| $name eq 'first/os.conf' && $s->{drive};
		push @$problems, "a hash is in $name" if $files->{$name} =~ /\$6\$/ && !$hash_may;
		push @$problems, sprintf("a hash is in %s, of mode %o", $name, $now->{modes}{$name}) if $files->{$name} =~ /\$6\$/ && $now->{modes}{$name} & 077;
		# by chance, a short password is in one of millions of hashes
		my $text = $files->{$name} =~ s/\$6\$[^:'\s]*//gr;
		for (@{$s->{secrets}}) {
			next if $name eq 'first/os.conf' && defined $s->{start}{$name};
			# the wiping that was interrupted or failed is the next run's
			next if $name eq 'first/os.conf.done' && $now->{status} ne '0';
			push @$problems, "the password is in $name" if index($text, $_) >= 0;
		}
	}
	for (@{$s->{secrets}}) {
		push @$problems, 'the password is in a message' if index($now->{log} . $now->{kmsg}, $_) >= 0;
	}
}

sub check_net {
	my ($s, $now, $what, $problems) = @_;
	my $net = join "\n", @{$now->{net}};
	my $wanted = join "\n", @{$s->{net}};
	push @$problems, "$what\n$net\nand not\n$wanted" if $net ne $wanted;
}

# After a run with a fault
sub check_faulted {
	my ($s, $now, $fault) = @_;
	my @problems;
	my ($kind, $name) = @$fault;
	my $status = $now->{status};
	my $committed = is_committed($s, $now);
	my $done = $status eq '0';

	check_files($s, $now, $done, \@problems);
	check_shadow($s, $now, \@problems);
	check_saved($s, $now, $done || $committed, \@problems);
	check_secrets($s, $now, \@problems);
	check_net($s, $now, 'status 0, but the network is', \@problems) if $done;
	check_net($s, $now, "$name failed, and the network is", \@problems) if !$done && $kind ne 'KILL' && $name =~ $only_writes;
	push @problems, 'os.conf is gone, but the password is not what it said'
		if $committed && !$s->{saves_hash} && !is_new_hash($s, root_field($s, $now)) && root_field($s, $now) ne $users_hash;
	push @problems, 'status 0, but it is not committed' if $done && !$committed;
	push @problems, "$name failed, and holds os.conf" if $kind ne 'KILL' && $name =~ $only_network && !$committed;
	push @problems, 'status 0, but root has another password' if $done && !is_new_hash($s, root_field($s, $now)) && root_field($s, $now) ne $users_hash;
	push @problems, 'status 1, and no message' if $status eq '1' && $now->{log} eq '' && $now->{kmsg} eq '';
	push @problems, "ended with: $status" unless $status =~ /^[01]$/ || ($kind eq 'KILL' && $status eq 'signal 9');
	push @problems, "status 0, and all is done, but $s->{status} is right" if $done && $s->{status} && !$now->{was_committed};
	return @problems;
}

# After the run that nothing disturbs
sub check_end {
	my ($s, $now, $committed, $users) = @_;
	my @problems;
	my $field = root_field($s, $now);
	my $status = $committed ? $s->{status_later} : $s->{status};

	check_files($s, $now, 1, \@problems);
	check_shadow($s, $now, \@problems);
	check_saved($s, $now, 1, \@problems);
	check_secrets($s, $now, \@problems);
	check_net($s, $now, 'the network is', \@problems);
	push @problems, 'it is not committed' unless is_committed($s, $now);
	if ($users) {
		push @problems, "the user's new password is set back" if $field ne $users_hash;
	} else {
		push @problems, 'root has another password' unless is_new_hash($s, $field);
	}
	push @problems, "status $now->{status}, and not $status" if $now->{status} ne $status;
	return @problems;
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

### The runs

sub run_case {
	my ($name, $faults, $verbose) = @_;
	my $s = $scenarios{$name} or die "no scenario $name\n";
	my (@problems, $now);
	my $committed = !$s->{start}{'first/os.conf'} && !$s->{start}{'first/os.conf.saved'};
	my $users = 0; # root's password is the user's, at the end

	start($s);
	for my $fault (@$faults) {
		my $was_committed = $committed;
		$now = run_osconf($s, $fault);
		show($now) if $verbose;
		$now->{was_committed} = $was_committed;
		push @problems, map { "after @$fault: $_" } check_faulted($s, $now, $fault);
		$committed = is_committed($s, $now);
		if ($s->{lasting} && $fault == $faults->[-1]) {
			push @problems, user_changes_password($s, $now);
			$users = !has_password($s, $now);
		}
		reboot($s);
	}
	$now = run_osconf($s);
	show($now) if $verbose;
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

sub faults_of { # WORD...
	my @words = @_;
	my @faults;
	push @faults, [splice @words, 0, 3] while @words >= 3;
	return \@faults;
}

# execve and exit are strace's own business, the next two libc's before main
sub calls {
	my ($name, $faults) = @_;
	my $s = $scenarios{$name} or die "no scenario $name\n";
	my (%count, @calls);
	start($s);
	for (@$faults) {
		run_osconf($s, $_);
		reboot($s);
	}
	run_osconf($s, undef, 1);
	for (split /\n/, slurp('trace')) {
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

my ($command, @words) = @ARGV;
complete($_) for values %scenarios;
if ($command eq 'scenarios') {
	print map { "$_\n" } @order;
	exit;
}
$| = 1;
open2($from_ip, $to_ip, qw(ip -o -4 -force -batch -));
$to_ip->autoflush(1);
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
	while (my $line = <STDIN>) {
		my ($name, @fault) = split ' ', $line;
		# a message may have more lines: those are indented
		for (run_case($name, faults_of(@fault), 0)) {
			print "$name @fault: ", s/\n(?=.)/\n        /gr, "\n" or exit 1; # nobody wants more
		}
	}
}
