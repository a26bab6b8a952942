# Makes the machine of a world in these namespaces, runs osconf in it, and tells
# what is there. One process makes all worlds, one after the other: file systems,
# cards and one `ip` are kept, and made what the next world says.
package Machine;
use strict;
use warnings;
use Errno;
use Fcntl;
use IO::Handle;
use IPC::Open3;
use POSIX ();
use Socket ();
use Time::HiRes ();
use Kernel;
use Texts;
use World;

my $w = ($ENV{scratch} // '') . '/w'; # a tmpfs
my %image = ( # name => type, KiB, inodes
	e4 => ['ext4', 10240, 400], e2 => ['ext2', 3072, 400], f4 => ['ext4', 4096, 128], f2 => ['ext2', 2048, 128],
	fv => ['vfat', 34816]); # FAT32 has 65,525 clusters or more
my %lacks; # what this kernel has not: the worlds that need it
my $fat; # this world's first partition is FAT
my $label = 'W' . unpack '%32C*', $ENV{scratch} // ''; # no other machine's
my %loop; # device, for those that stay attached; their descriptors
my ($to_ip, $from_ip);
my @pool; # the cards' names now

sub slurp {
	my $path = shift;
	sysopen my $file, $path, O_RDONLY | O_NONBLOCK or return undef;
	local $/;
	return scalar(<$file>) // '';
}

sub write_file {
	my ($path, $text, $mode) = @_;
	sysopen my $file, $path, O_WRONLY | O_CREAT | O_TRUNC or die "$path: $!\n";
	print $file $text;
	close $file or die "$path: $!\n";
	chmod $mode // 0644, $path;
}

sub run { system(@_) == 0 or die "@_: failed\n" }

### Once

sub start {
	mkdir $w;
	Kernel::mount('worlds', $w, 'tmpfs', 'size=200m') or die "$w: $!\n";
	mkdir "$w/$_" for keys %image, qw(lower case);
	for (sort keys %image) {
		next if eval {
			make_image($_);
			attach($_);
			1;
		};
		die $@ if $image{$_}[0] ne 'vfat';
		$lacks{vfat} = sub { $_[0]{first} =~ /vfat/ };
		delete $_->{fv} for \%image, \%loop;
	}
	$lacks{overlay} = sub { $_[0]{etc} =~ /overlay/ } unless Kernel::mount('overlay', "$w/lower", 'overlay', "lowerdir=$w/e4:$w/f4") && umount("$w/lower");
	open my $ipv6, '>', '/proc/sys/net/ipv6/conf/all/disable_ipv6';
	print $ipv6 "1\n" if $ipv6;
	close $ipv6 if $ipv6;
	start_ip();
	for (0 .. 3) {
		push @pool, "spare$_";
		ask_ip("link add name spare$_ type veth peer name peer$_", "link set dev peer$_ up");
	}
	$lacks{'a rename of a live card'} = sub { $_[0]{meanwhile} eq 'rename' } unless renames_live();
	write_file("$w/kmsg", '');
	Kernel::bind_mount("$w/kmsg", '/dev/kmsg');
	find_parts();
}

# The parts that the program is built without
sub find_parts {
	my $usage = `osconf --help 2>&1; $ENV{whole} --help 2>&1`;
	my $program = slurp((grep { -x } map { "$_/osconf" } split /:/, $ENV{PATH})[0]);
	$lacks{'osconf -n'} = sub { $_[0]{dry} ne 'no' } unless $usage =~ /\[-nqv\]/;
	$lacks{'osconf -R'} = sub { $_[0]{dry} eq 'user' } unless $usage =~ /-R ROOT/;
	for my $backend (qw(ifupdown sysconfig)) {
		$lacks{"osconf -b $backend"} = sub { $_[0]{backend} eq $backend } unless $usage =~ /-b BACKEND.*\b$backend\b/s;
	}
	$lacks{'os.conf.saved'} = sub { settings_path($_[0]) ne '/etc/os.conf' || $_[0]{oldsaved} ne 'none' || $_[0]{shadow} eq 'link_fs' }
		unless $usage =~ /relative FILE/;
	$lacks{'a config drive'} = sub { $_[0]{drive} ne 'none' || $_[0]{saved} eq 'drive' } unless $program =~ /config-2/;
}

sub make_image {
	my $name = shift;
	my ($type, $size, $inodes) = @{$image{$name}};
	my $label = $name =~ /^f/ ? "-L $label$name" : '';
	run($type eq 'vfat' ? "mkfs.fat -F 32 -s 1 -C $w/$name.img $size >/dev/null 2>&1"
		: "mke2fs $label -q -q -F -t $type -b 1024 -m 0 -N $inodes -O ^resize_inode "
		. ($type eq 'ext4' ? '-J size=1 -O ^metadata_csum ' : '') . "$w/$name.img $size >/dev/null 2>&1");
	run('cp', "$w/$name.img", "$w/$name.new");
}

# What a world needs, and this kernel has not; '': nothing
sub lacks {
	my $world = shift;
	return join ', ', grep { $lacks{$_}->($world) } sort keys %lacks;
}

# Linux 6.2 and later
sub renames_live {
	ask_ip('link set dev spare0 up', 'link set dev spare0 name tried');
	my $renamed = grep { $_->{name} eq 'tried' } links();
	ask_ip($renamed ? 'link set dev tried name spare0' : (), 'link set dev spare0 down');
	return $renamed;
}

# The device goes with this process: it is detached, but we have it open
sub attach {
	my $name = shift;
	chomp(my $device = `losetup -f --show $w/$name.img`);
	die "no loop device\n" unless $device;
	sysopen my $handle, $device, O_RDONLY or die "$device: $!\n";
	system('losetup', '-d', $device);
	$loop{$name} = [$device, $handle];
	mount_image($name);
}

sub mount_image {
	my $name = shift;
	Kernel::mount($loop{$name}[0], "$w/$name", $image{$name}[0], '') or die "$name: mount: $!\n";
}

my $ip;

sub start_ip {
	open my $errors, '>', "$w/ip.errors";
	($to_ip, $from_ip) = (IO::Handle->new, IO::Handle->new);
	$ip = open3($to_ip, $from_ip, '>&' . fileno $errors, qw(ip -o -4 -force -batch -));
	$to_ip->autoflush(1);
}

sub ask_ip { # COMMAND...
	local $SIG{PIPE} = 'IGNORE';
	print $to_ip map { "$_\n" } @_, 'link show lo';
	my $text = '';
	while ($text !~ m{ link/loopback .*\n}) {
		next if sysread $from_ip, $text, 65536, length $text;
		next if $!{EINTR};
		waitpid $ip, 0; # it does where the kernel interrupts a dump; the commands before were run
		return start_ip();
	}
}

### Files

sub remove_below {
	my $dir = shift;
	opendir my $entries, $dir or return;
	for (grep { !/^(\.\.?|lost\+found)$/ } readdir $entries) {
		my $path = "$dir/$_";
		if (-d $path && !-l $path) {
			remove_below($path);
			rmdir $path or unlock($path), rmdir $path;
		} else {
			unlink $path or unlock($path), unlink $path;
		}
	}
}

sub unlock { # and the directory that it is in
	my $path = shift;
	set_immutable($path, 0) if -f $path || -d $path;
	set_immutable($path =~ s{/[^/]*$}{}r, 0);
}

my $acl = pack 'L S S L S S L S S L S S L S S L', 2, 1, 6, -1, 2, 4, 1000, 4, 4, -1, 0x10, 4, -1, 0x20, 0, -1;

# One file, with its oddity. Says where its text is (undef: it has none)
sub make_odd {
	my ($path, $odd, $text, $mode) = @_;
	my ($dir, $name) = $path =~ m{^(.*)/([^/]*)$};
	my %link = (link_abs => '/etc/real/' . $name, link_rel => "real/$name", link_fs => "/run/real/$name", link_disk => "/srv/real/$name", dangling => "/etc/real/$name",
		run => '/run/resolvconf/run/resolv.conf', volatile => '/var/volatile/resolv.conf', pnp => '/proc/net/pnp', tmp => '../tmp/resolv.conf',
		tmp_userlink => '../tmp/resolv.conf', tmp_userfile => '../tmp/resolv.conf', tmp_userdir => '../tmp/x/resolv.conf',
		loop => $name, circle => "$name.other", through => '/etc/group/x', link => '/etc/real/elsewhere');
	if ($link{$odd}) {
		symlink $link{$odd}, $path;
		mkdir "$dir/real" if $odd =~ /^link_rel/;
		mkdir '/etc/real' if $odd =~ /^(link|dangling)/;
		mkdir '/run/real' if $odd eq 'link_fs';
		mkdir '/srv/real' if $odd eq 'link_disk';
		return planted($odd) if $odd =~ /^tmp_/;
		symlink $name, "$path.other" if $odd eq 'circle';
		my $real = $odd eq 'tmp' ? '/tmp/resolv.conf' : $odd =~ /^link_rel/ ? "$dir/real/$name" : $link{$odd};
		write_file($real, $text, $mode) if $odd =~ /^link_/;
		return $odd =~ /^(link_.*|dangling|run|tmp)$/ ? $real : undef;
	}
	mkdir($path), return undef if $odd eq 'dir';
	if ($odd eq 'full_dir') {
		mkdir $path;
		write_file("$path/x", "x\n");
		return undef;
	}
	POSIX::mkfifo($path, 0600), return undef if $odd eq 'fifo';
	if ($odd eq 'socket') {
		socket my $socket, Socket::AF_UNIX(), Socket::SOCK_STREAM(), 0;
		bind $socket, Socket::pack_sockaddr_un($path);
		return undef;
	}
	if ($odd eq 'device') {
		system('mknod', $path, 'c', 1, 3);
		return undef;
	}
	return $path if $odd eq 'missing' || $odd eq 'none';
	write_file($path, $text, $mode);
	if ($odd =~ /bind/) {
		my $source = "$w/e4/bound_$name";
		write_file($source, $text, $mode);
		Kernel::bind_mount($source, $path, $odd eq 'bind_ro') or die "$path: bind: $!\n";
	}
	chmod oct $1, $path if $odd =~ /^m(\d+)$/;
	chown 1000, 1000, $path if $odd eq 'owner';
	set_xattr($path, 'system.posix_acl_access', $acl) if $odd eq 'acl';
	set_xattr($path, 'security.selinux', "system_u:object_r:net_conf_t:s0\0") if $odd eq 'label';
	link $path, "$path.hard" if $odd eq 'hard';
	write_file("$path+", "left over\n", 0600) if $odd =~ /^plus(_bind)?$/;
	if ($odd eq 'plus_dir') {
		mkdir "$path+";
		write_file("$path+/x", "x\n");
	}
	return $path;
}

# What a user made in /tmp; a victim is in /run
sub planted {
	my $odd = shift;
	write_file('/run/victim', "root's own\n");
	if ($odd eq 'tmp_userfile') {
		write_file('/tmp/resolv.conf', "nameserver 6.6.6.6\n");
		chown 1000, 1000, '/tmp/resolv.conf';
		return '/tmp/resolv.conf';
	}
	my $link = '/tmp/resolv.conf';
	if ($odd eq 'tmp_userdir') {
		mkdir '/tmp/x';
		chown 1000, 1000, '/tmp/x';
		$link = '/tmp/x/resolv.conf';
	}
	symlink '/run/victim', $link;
	run("chown -h 1000:1000 $link");
	return undef;
}

my %path = (hostname => '/etc/hostname', hosts => '/etc/hosts', resolv => '/etc/resolv.conf', passwd => '/etc/passwd', shadow => '/etc/shadow',
	settings => '/etc/os.conf', interfaces => '/etc/network/interfaces');
my $first = '/mnt/aliyun_custom_image';
sub path_of { return $path{$_[0]} }
sub first { return $first }

# Settings are where they last
sub is_volatile { return $_[0]{etc} =~ /^(tmpfs|overlay_tmpfs.*|ro)$/ || $_[0]{settings} eq 'link_fs' }
sub settings_path {
	my $world = shift;
	return $world->{store} eq 'relative' || is_volatile($world) || $world->{settings} eq 'link_saved' ? "$first/os.conf.saved" : '/etc/os.conf';
}

sub mount_etc { # AS_IMAGE: where an image's builder writes it
	my ($world, $as_image) = @_;
	my $etc = $world->{etc};
	if ($etc eq 'tmpfs') {
		Kernel::mount('etc', '/etc', 'tmpfs', 'size=30m,mode=755') or die "/etc: $!\n";
	} elsif ($etc =~ /overlay/) {
		return bind_mount("$w/lower", '/etc') if $as_image;
		my $upper = $etc eq 'overlay' ? "$w/e4" : "$w/case";
		my $name = $etc =~ /blank/ ? 'the upper one' : 'upper';
		mkdir "$upper/$_" for $name, 'work';
		Kernel::mount('overlay', '/etc', 'overlay', "lowerdir=$w/lower,upperdir=$upper/$name,workdir=$upper/work") or die "/etc: $!\n";
	} else {
		my $disk = $etc eq 'ext2' ? 'e2' : 'e4';
		mkdir "$w/$disk/etc";
		bind_mount("$w/$disk/etc", '/etc') or die "/etc: $!\n";
	}
}

# Files that a boot finds as the image has them: all, or where /etc does not last
sub make_etc {
	my ($world, $real) = @_;
	remove_below('/etc');
	remove_xattr('/etc', 'system.posix_acl_default');
	write_file('/etc/.world', '');
	write_file('/etc/group', "root:x:0:\n");
	for (qw(hostname hosts resolv passwd shadow)) {
		$real->{$_} = make_odd($path{$_}, $world->{$_}, file_text($_, $world->{$_}), $_ eq 'shadow' ? 0600 : 0644);
	}
	my $saved = saved_text($world->{saved});
	if (settings_path($world) eq '/etc/os.conf' && (defined $saved || $world->{settings} ne 'file')) {
		$saved = "# mine\nhostname='old'\n" unless defined $saved;
		$real->{settings} = make_odd($path{settings}, $world->{settings}, file_text('settings', $world->{settings}, $saved), 0600);
	} else {
		make_odd($path{settings}, 'link_fs', $saved // "hostname='old'\n", 0600) if $world->{settings} eq 'link_fs';
		symlink "$first/os.conf.saved", $path{settings} if $world->{settings} eq 'link_saved';
		$real->{settings} = settings_path($world);
	}
	if ($world->{backend} eq 'ifupdown') {
		mkdir '/etc/network';
		$real->{interfaces} = make_odd($path{interfaces}, $world->{interfaces}, file_text('interfaces', $world->{interfaces}), 0644);
	}
	if ($world->{backend} eq 'sysconfig') {
		mkdir "/etc/sysconfig";
		mkdir "/etc/sysconfig/network-scripts";
		write_file("/etc/sysconfig/network-scripts/ifcfg-lan", "# mine\n");
	}
	set_xattr('/etc', 'system.posix_acl_default', $acl) if $world->{etc} eq 'default_acl';
	set_immutable($path{$_}, 1) for grep { $world->{$_} eq 'immutable' && -f $path{$_} } sort keys %path;
}

sub make_first {
	my $world = shift;
	$fat = $world->{first} =~ /vfat/;
	my $disk = first_disk($world);
	umount('/mnt') if -e "/mnt/.world";
	if ($world->{first} eq 'tmpfs') {
		Kernel::mount('first', '/mnt', 'tmpfs', 'size=4m,mode=755') or die "/mnt: $!\n";
	} else {
		bind_mount("$w/$disk", '/mnt') or die "/mnt: $!\n";
	}
	remove_below('/mnt');
	write_file('/mnt/.world', '');
	return if $world->{dir} eq 'missing';
	return write_file($first, '') if $world->{dir} eq 'file';
	mkdir $world->{dir} eq 'link' ? '/mnt/elsewhere' : $first;
	symlink 'elsewhere', $first if $world->{dir} eq 'link';
	my $conf = conf_text($world, $world->{drive} ne 'none' ? "drive_$world->{drive}" : $world->{conf});
	make_conf($world, $conf) if defined $conf;
	link "$first/os.conf", "/mnt/hard" if $world->{conf} eq 'hard';
	make_odd("$first/os.conf.done", $world->{done}, "password=Y2hpbGQx\n", 0600);
	make_odd("$first/os.conf.rejected", $world->{rejected}, "# old\n", 0600);
	set_immutable("$first/os.conf.rejected", 1) if $world->{rejected} eq 'immutable';
	if (settings_path($world) ne '/etc/os.conf') {
		my $saved = saved_text($world->{saved}, 1);
		write_file("$first/os.conf.saved", $saved, 0600) if defined $saved;
	} else {
		make_odd("$first/os.conf.saved", $world->{oldsaved}, $world->{oldsaved} eq 'nul' ? "a=1\n\0" : $world->{oldsaved} eq 'empty' ? '' : saved_text('own', 1), 0600);
	}
}

sub make_conf {
	my ($world, $text) = @_;
	my $kind = $world->{conffile};
	my $path = $kind eq 'upper' ? "$first/OS.CONF" : "$first/os.conf";
	if ($kind =~ /^(dir|fifo)$/) {
		make_odd($path, $kind);
		return;
	}
	write_file($kind eq 'link' ? "$path.real" : $path, $text, $kind =~ /^m(\d+)$/ ? oct $1 : 0600);
	symlink 'os.conf.real', $path if $kind eq 'link';
	chown 1000, 1000, $path if $kind eq 'owner';
	set_immutable($path, 1) if $kind eq 'immutable';
}

sub first_disk { return $_[0]{first} =~ /ext2/ ? 'f2' : $_[0]{first} =~ /vfat/ ? 'fv' : 'f4' }

sub fill { # DIR blocks|inodes
	my ($dir, $what) = @_;
	flush_disks(); # ext4 gives what was freed away again after a commit only
	if ($what eq 'inodes') {
		mkdir "$dir/fill";
		for my $n (1 .. 1000) {
			sysopen my $file, "$dir/fill/$n", O_CREAT | O_WRONLY or last;
		}
		return;
	}
	sysopen my $file, "$dir/fill", O_CREAT | O_WRONLY or die "$dir/fill: $!\n";
	my $at = 0;
	for my $size (map { 1 << $_ } reverse 10 .. 22) {
		while (syscall(Kernel::SYS_fallocate(), fileno $file, 0, $at, $size) == 0) {
			$at += $size;
		}
	}
	sysseek $file, $at, 0;
	syswrite $file, "x" x 512 for 1 .. 8; # FAT's smallest
}

sub unfill {
	my $dir = shift;
	if (-d "$dir/fill") {
		remove_below("$dir/fill");
		rmdir "$dir/fill";
	} else {
		unlink "$dir/fill";
	}
}

### The network

my @macs = map { "00:8c:fa:5e:14:$_" } 23, 24, 25;
my %names = (none => [], one => ['eth0'], two => [qw(eth0 eth1)], three => [qw(eth0 eth1 eth2)], swapped => [qw(eth1 eth0)], named => [qw(ens5 ens6)]);

sub cards_of { # name => MAC
	my $world = shift;
	my @names = @{$names{$world->{cards}}};
	return map { $names[$_] => $world->{macs} eq 'other' ? "00:16:3e:77:00:0$_" : $macs[$_] } 0 .. $#names;
}

my $objects = 0; # there may be nexthop objects

sub reset_network {
	my $world = shift;
	my %wanted = cards_of($world);
	my @names = sort { $wanted{$a} cmp $wanted{$b} } keys %wanted;
	my (@commands, @later);
	my %now = map { $_->{name} => $_ } links();
	my %by_index = map { $_->{index} => $_->{name} } values %now;
	my %has = map { $_->{card} => 1 } addresses(%by_index);
	push @commands, map { "addr flush dev $_" } sort keys %has;
	push @commands, 'nexthop flush' if $objects;
	$objects = 0;
	for my $n (0 .. 3) {
		my $name = $names[$n] // "spare$n";
		my $mac = $wanted{$name} // "02:00:00:00:00:0$n";
		if ($pool[$n] ne $name) {
			push @commands, "link set dev $pool[$n] down", "link set dev $pool[$n] name old$n"; # before 6.2, no live one is renamed
			$now{$pool[$n]}{up} = 0;
			push @later, "link set dev old$n name $name";
		}
		push @later, "link set dev $name address $mac" if $now{$pool[$n]}{mac} ne $mac;
		my $up = $world->{links} eq 'up' && $n < @names;
		push @later, "link set dev $name " . ($up ? 'up' : 'down') if $up != $now{$pool[$n]}{up} && ($n < @names);
		$pool[$n] = $name;
	}
	push @commands, @later, 'link set dev lo ' . ($world->{links} eq 'up' ? 'up' : 'down');
	ask_ip(@commands);
	%by_index = map { $_->{index} => $_->{name} } links();
	my %tables = map { $_->{table} => 1 } grep { !$_->{kernel} } routes(%by_index);
	ask_ip('addr flush dev lo', map { "route flush table $_" } sort keys %tables) if %tables || $has{lo};
	my $file = IO::Handle->new;
	open $file, '>', '/proc/sys/kernel/hostname' and print $file 'localhost' and close $file;
}

my $right = '10.171.254.123/24';
my %address = (right => "$right brd +", lifetime => "$right brd + valid_lft 9000 preferred_lft 9000", deprecated => "$right brd + valid_lft 9000 preferred_lft 0",
	noprefixroute => "$right brd + noprefixroute", nosubnet => "$right brd +", host => "$right brd + scope host", link => "$right brd + scope link",
	peer => '10.171.254.123 peer 10.171.254.9/24', plen => '10.171.254.123/16 brd +', nobrd => $right, otherbrd => "$right brd 10.171.254.0",
	foreign => '192.168.7.7/24 brd + noprefixroute', metric => "$right brd + metric 50", label => "$right brd + label eth0:1",
	badlabel => "192.168.7.7/24 brd + label eth0x", same4 => "192.168.7.1/24 label eth0:1", second => "192.168.7.7/24 brd +",
	samesubnet => '10.171.254.200/24 brd +', lo => '127.0.0.1/8');
my $gw = '10.171.254.1';
my %route = (metric => ["default via $gw dev eth0 metric 50"], table => ["default via $gw dev eth0 table 100"], unreachable => ['unreachable default'],
	blackhole => ['blackhole 10.0.0.0/8 metric 1'],
	multipath => ["10.99.0.0/16 nexthop via $gw dev eth0 nexthop via 10.171.254.2 dev eth0"],
	multipath_ours => ["default nexthop via $gw dev eth0 nexthop via 10.171.254.2 dev eth0"],
	undescribed => ['10.98.0.0/16 dev peer3'], front => ['default dev peer3'], behind => ["default via $gw dev eth0", 'prepend default dev peer3'], mtu => ["default via $gw dev eth0 mtu lock 600"],
	src => ["default via $gw dev eth0 src 10.171.254.200"], scope => ["10.97.0.0/16 dev eth0 scope host"], default_metric => ["default dev peer3 metric 5"],
	many => [map { "10.$_.0.0/16 via $gw dev eth0" } 100 .. 199], tos => ["default tos 0x10 via $gw dev eth0"],
	nexthop => ["10.96.0.0/16 nhid 7"]);

sub set_network {
	my $world = shift;
	return unless {cards_of($world)}->{eth0};
	my @commands;
	if ($world->{addr} ne 'none' || $world->{route} ne 'none') {
		my $card = $world->{addr} eq 'lo' ? 'lo' : 'eth0';
		push @commands, "link set dev eth0 up";
		push @commands, "addr add $address{$world->{addr} eq 'none' ? 'right' : $world->{addr}} dev $card";
		push @commands, map { "addr add 192.168.7.$_/24 label eth0:1 dev eth0" } 2 .. 4 if $world->{addr} eq 'same4';
		push @commands, 'route del 10.171.254.0/24 dev eth0' if $world->{addr} eq 'nosubnet';
		push @commands, 'addr add 10.171.254.200/24 dev eth0' if $world->{route} eq 'src';
		$objects = 1 if $world->{route} eq 'nexthop';
		push @commands, "nexthop add id 7 via $gw dev eth0" if $world->{route} eq 'nexthop';
		push @commands, map { /^prepend/ ? "route $_" : "route add $_" } @{$route{$world->{route}} || []};
	}
	ask_ip(@commands) if @commands;
}

### What is there

sub inventory { # DIR...: path => what an operator sees; with => what changes when it is written
	my %seen;
	my @dirs = @_;
	while (defined(my $dir = shift @dirs)) {
		opendir my $entries, $dir or next;
		for (readdir $entries) {
			next if /^(\.|\.\.|lost\+found|\.world|fill|bound_.*)$/;
			my $path = "$dir/$_";
			my @stat = Time::HiRes::lstat($path) or next;
			my $on_fat = has_no_modes($path);
			my %entry = (mode => $stat[2], owner => "$stat[4]:$stat[5]", written => $on_fat ? $stat[9] : "$stat[1] $stat[10]");
			if (-l _) {
				$entry{text} = '-> ' . readlink $path;
				$entry{mode} = 0120777;
			} elsif (-f _) {
				$entry{text} = slurp($path);
				$entry{acl} = get_xattr($path, 'system.posix_acl_access');
				$entry{label} = get_xattr($path, 'security.selinux');
			} elsif (-d _) {
				push @dirs, $path;
			}
			$seen{$on_fat ? lc $path : $path} = \%entry;
		}
	}
	return \%seen;
}

# On FAT: nor owners, nor inode numbers that last; OS.CONF is os.conf
sub has_no_modes { return $fat && $_[0] =~ m{^/mnt/} }

# FAT's times are even seconds: what is written next is seen if all is old
sub make_old {
	utime 1e9, 1e9, keys %{inventory('/mnt')} if $fat;
}

sub network {
	my %name = map { $_->{index} => $_->{name} } my @links = links();
	return {hostname => (POSIX::uname())[1], links => {map { $_->{name} => $_ } @links}, addresses => [addresses(%name)], routes => [routes(%name)]};
}

sub look {
	return {files => inventory('/etc', '/mnt', '/run', '/tmp', '/srv/real'), net => network()};
}

### A world's life

my $holder; # of a lock
my $worn; # the disks have lost power, or are as nobody knows
sub distrust { $worn = 1 }

sub make { # the machine before its first boot; where texts are
	my $world = shift;
	my %real;
	$first = $world->{drive} ne 'none' ? '/mnt/qcloud_action' : '/mnt/aliyun_custom_image';
	ready();
	change_disks('new') if $worn;
	$worn = 0;
	for (qw(e4 e2 lower case)) {
		remove_below("$w/$_");
	}
	remove_below($_) for qw(/run /tmp);
	remove_below('/srv') if mounted('/srv');
	bind_mount("$w/e2", '/srv') unless mounted('/srv');
	mount_etc($world, 1);
	make_etc($world, \%real);
	if ($world->{etc} =~ /overlay/) {
		umount('/etc');
		mount_etc($world);
	}
	make_first($world);
	settle($world);
	boot_network($world);
	return \%real;
}

# Full, read-only, locked: after all is in place
sub settle {
	my $world = shift;
	fill("$w/e4", $world->{etc} eq 'inodes' ? 'inodes' : 'blocks') if $world->{etc} =~ /^(full|inodes|freed)$/;
	fill("$w/" . first_disk($world), $world->{first} eq 'inodes' ? 'inodes' : 'blocks') if $world->{first} =~ /full|inodes/;
	bind_mount('/etc', '/etc', 1) if $world->{etc} eq 'ro';
	bind_mount('/mnt', '/mnt', 1) if $world->{first} eq 'ro';
	hold_lock($world->{lock}) if $world->{lock} ne 'none';
}

# What is there before a power cut is on the disk
sub flush_disks {
	for (sort keys %image) {
		sysopen my $dir, "$w/$_", O_RDONLY or next;
		syscall(Kernel::SYS_syncfs(), fileno $dir);
	}
}

sub boot_network {
	my $world = shift;
	reset_network($world);
	set_network($world);
}

# Everything of the last world is undone
sub ready {
	if ($holder) {
		kill 'KILL', $holder;
		waitpid $holder, 0;
		$holder = undef;
	}
	unfill($_) for grep { -e "$_/fill" } map { "$w/$_" } qw(e4 f4 fv);
	for my $dir ('/etc', '/mnt') {
		for (1 .. 4) {
			last unless -e "$dir/.world";
			umount($dir) or last;
		}
	}
	umount('/mnt') while mounted('/mnt');
}

sub mounted { my $dir = shift; return (slurp('/proc/self/mounts') =~ m{^\S+ \Q$dir\E }m) ? 1 : 0 }

sub hold_lock {
	my $what = shift;
	pipe my $reader, my $writer;
	$holder = fork;
	if (!$holder) {
		$> = 65534;
		if ($what eq 'etc') {
			sysopen my $handle, '/etc', O_RDONLY;
			flock $handle, 6;
			syswrite $writer, 'x';
			sleep 1000;
		}
		sysopen my $handle, '/etc/passwd', O_RDONLY or POSIX::_exit(0);
		my $lock = pack 's s x4 q q l x4', F_RDLCK, 0, 0, 0, 0;
		fcntl $handle, F_SETLK, $lock;
		syswrite $writer, 'x';
		sleep 1000;
		POSIX::_exit(0);
	}
	close $writer;
	sysread $reader, my $x, 1;
}

# Off and on again: memory is lost
sub reboot {
	my ($world, $real) = @_;
	if ($world->{etc} =~ /tmpfs/ || $real->{power_cut}) {
		ready();
		remove_below("$w/case") if $world->{etc} =~ /tmpfs/;
		back_from_the_cut($real) if $real->{power_cut};
		mount_etc($world);
		make_etc($world, $real) if $world->{etc} eq 'tmpfs';
		bind_mount("$w/" . first_disk($world), '/mnt') unless $world->{first} eq 'tmpfs';
		settle($world);
	}
	bind_mount("$w/e2", '/srv') unless mounted('/srv');
	unfill("$w/e4") if $world->{etc} eq 'freed';
	boot_network($world);
}

# The disks as they were at that instant, and nothing else
sub cut_power {
	my $real = shift;
	$real->{power_cut} = 1;
	run('cp', "$w/$_.img", "$w/$_.cut") for keys %image;
}

sub back_from_the_cut {
	my $real = shift;
	change_disks('cut');
	$worn = 1; # a file system that was checked has a lost+found
	delete $real->{power_cut};
}

sub change_disks { # WHICH: new: those that were made first, cut: as they were when power was cut
	my $which = shift;
	umount('/srv');
	for (sort keys %image) {
		umount("$w/$_");
	}
	for (sort keys %image) {
		close $loop{$_}[1];
		run('cp', "$w/$_.$which", "$w/$_.img.next");
		rename "$w/$_.img.next", "$w/$_.img";
		unlink "$w/$_.cut";
		system("e2fsck -p $w/$_.img >/dev/null 2>&1") if $which eq 'cut' && $image{$_}[0] eq 'ext2';
		attach($_);
	}
}

### Runs

sub arguments {
	my ($world, %more) = @_;
	my @arguments = ('-w', $world->{second} eq 'yes' ? 5 : $world->{lock} ne 'none' ? 1 : 0);
	push @arguments, '-' . $world->{say} if $world->{say} ne 'plain';
	push @arguments, '-b', $world->{backend} if $world->{backend} ne 'live';
	push @arguments, '-s', 'os.conf.saved' if $world->{store} eq 'relative';
	push @arguments, '-d', $world->{disks} ne 'none' ? "LABEL=$label" . first_disk($world) : $world->{first} =~ /device/ ? $loop{first_disk($world)}[0] : '/mnt';
	return @arguments;
}

my $patience = 10;

sub osconf { # WORLD FAULT ARGUMENT...: status, log, kmsg; happened: the fault did
	my ($world, $fault, @arguments) = @_;
	my @command = ($world->{backend} eq 'live' ? 'osconf' : split(/ /, $ENV{whole}), @arguments);
	if ($fault) {
		my (undef, $kind, $call, $ordinal) = split /:/, $fault;
		my $what = $kind =~ /KILL|CUT/ ? 'signal=SIGKILL' : "error=$kind";
		unshift @command, qw(strace -f -qq -o), "$w/trace", '-e', "trace=?$call", '-e', "inject=?$call:$what:when=$ordinal";
	}
	unshift @command, 'sh', '-c', $world->{limit} eq 'nofile' ? 'ulimit -n 12; exec "$@"' : 'ulimit -f 1; exec "$@"', 'sh' if $world->{limit} ne 'none';
	my $device = $world->{first} =~ /device/;
	my $disk = first_disk($world);
	if ($device) { # which nobody else has mounted
		umount('/mnt');
		umount("$w/$disk");
	}
	my $wrote = writes($loop{$disk}[0]);
	my $other = $world->{disks} ne 'none' ? other_disk($world) : undef;
	if ($world->{meanwhile} ne 'none') {
		unshift @command, qw(strace -f -qq -o /dev/null -e trace=openat -e), "inject=openat:delay_enter=60000:when=$world->{at}";
	}
	truncate "$w/kmsg", 0;
	my @pids = map { spawn($world, "$w/log$_", @command) } 0 .. ($world->{second} eq 'yes' && !$fault ? 1 : 0);
	meanwhile($world->{meanwhile}) if $world->{meanwhile} ne 'none';
	my @statuses = map { wait_for($_) } @pids;
	close $other if $other;
	$wrote = writes($loop{$disk}[0]) - $wrote;
	if ($device) {
		mount_image($disk);
		bind_mount("$w/$disk", '/mnt');
	}
	my ($status) = sort { $b cmp $a } @statuses;
	my %run = (status => $status, wrote => $device && $wrote, kmsg => slurp("$w/kmsg"), log => join('', map { slurp("$w/log$_") // '' } 0 .. $#pids));
	if ($fault) {
		$run{happened} = $fault =~ /KILL|CUT/ ? $status eq 'signal 9' : (slurp("$w/trace") // '') =~ /\(INJECTED\)/;
	}
	return \%run;
}

# How many writes and flushes a disk has had: Documentation/admin-guide/iostats.rst
sub writes {
	my ($name) = shift =~ m{([^/]*)$};
	my @stat = split ' ', slurp("/sys/block/$name/stat");
	return $stat[4] + $stat[15];
}

# Another disk, for as long as the handle is open
sub other_disk {
	my $world = shift;
	my $what = $world->{disks};
	my $text = "\0" x 8192;
	if ($what eq 'fat0') {
		$text = "\xeb\x3c\x90MSDOS5.0" . pack('S C S C S S C S', 512, 0, 1, 2, 512, 8192, 0xf8, 32) . "\0" x (512 - 24);
		substr($text, 54, 8) = 'FAT16   ';
		substr($text, 510, 2) = "\x55\xaa";
		$text .= "\0" x 7680;
	} elsif ($what ne 'zeros') {
		open my $image, '<', "$w/" . first_disk($world) . '.img';
		read $image, $text, 1 << 20;
		if ($what eq 'damaged') {
			substr($text, $world->{byte} >> 8, 1) = chr($world->{byte} & 255);
			substr($text, 1024 + 120, 16) = "other\0";
		}
	}
	write_file("$w/other.img", $text);
	truncate "$w/other.img", 1 << 20;
	chomp(my $device = `losetup -f --show $w/other.img`);
	sysopen my $handle, $device, O_RDONLY or die "$device: $!\n";
	system('losetup', '-d', $device);
	return $handle;
}

# While osconf runs: it waits at one of its first calls
sub meanwhile {
	my $what = shift;
	Time::HiRes::usleep(30000);
	if ($what eq 'rename') {
		ask_ip('link set dev eth0 name ens9');
		s/^eth0$/ens9/ for @pool;
	}
	remove_below($first), rmdir $first if $what eq 'rmdir';
	unlink "$first/os.conf" if $what eq 'rmconf';
	ask_ip('route add 10.95.0.0/16 dev eth0') if $what eq 'addroute';
}

sub spawn {
	my ($world, $log, @command) = @_;
	my $pid = fork // die "fork: $!\n";
	return $pid if $pid;
	setpgrp;
	umask oct $world->{umask};
	chdir "$w/case";
	open STDIN, '<', '/dev/null';
	open STDOUT, '>', $log;
	if ($world->{apart}) {
		open STDERR, '>', "$w/errors";
	} else {
		open STDERR, '>&', \*STDOUT;
	}
	my $fds = $world->{fds};
	POSIX::close(0) if $fds =~ /noin|none/;
	POSIX::close(1) if $fds =~ /noout|none/;
	POSIX::close(2) if $fds =~ /noerr|none/;
	if ($fds eq 'pipe') {
		pipe my $reader, my $writer;
		POSIX::dup2(fileno $writer, 1);
		POSIX::dup2(1, 2);
	}
	exec @command or POSIX::_exit(127);
}

sub wait_for {
	my $pid = shift;
	my $hangs = 0;
	local $SIG{ALRM} = sub { $hangs = 1; kill 'KILL', -$pid };
	alarm $patience;
	waitpid $pid, 0;
	my $status = $?;
	alarm 0;
	return $hangs ? 'hangs' : $status & 127 ? 'signal ' . ($status & 127) : $status >> 8;
}

# What -n prints, by a shell that has only busybox
sub shell {
	my $commands = shift;
	write_file("$w/case/commands", $commands);
	my $pid = fork;
	if (!$pid) {
		setpgrp;
		chdir "$w/case";
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', "$w/log-shell";
		open STDERR, '>&', \*STDOUT;
		exec "$ENV{BUILD}/busybox", 'sh', "$w/case/commands" or POSIX::_exit(127);
	}
	my $status = wait_for($pid);
	unlink "$w/case/commands";
	return "status $status\n" . slurp("$w/log-shell");
}

# osconf -n -f FILE -R DIR, by somebody who is not root
sub dry_as_user {
	my $conf = shift;
	my $dir = "/tmp/user";
	mkdir $dir;
	mkdir "$dir/root";
	mkdir "$dir/root/etc";
	write_file("$dir/os.conf", $conf, 0644);
	my $before = join ' ', sort keys %{inventory($dir)};
	my $pid = fork;
	if (!$pid) {
		setpgrp;
		chdir $dir;
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', "$w/log0";
		open STDERR, '>&', \*STDOUT;
		$) = '65534 65534';
		POSIX::setgid(65534);
		POSIX::setuid(65534);
		exec 'osconf', '-n', '-f', 'os.conf', '-R', 'root' or POSIX::_exit(127);
	}
	my $status = wait_for($pid);
	my $after = join ' ', sort keys %{inventory($dir)};
	remove_below($dir);
	rmdir $dir;
	return {status => $status, log => slurp("$w/log0"), wrote => $before ne $after};
}

1;
