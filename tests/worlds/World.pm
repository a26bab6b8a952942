# A world is one line, DIMENSION=VALUE ...; what it does not name is ordinary.
package World;
use strict;
use warnings;
use Exporter 'import';
our @EXPORT = qw(parse_world world_line draw_world dimensions ordinary);

# Oddities that a file of /etc may have, whichever file it is
my @odd = qw(missing empty link_abs link_rel link_fs link_disk dangling loop circle through dir fifo socket device bind bind_ro
	immutable m0600 m0644 m4755 owner acl label hard nul crlf nonl eof big plus plus_dir plus_bind);

# Name, ordinary value, one in how many is odd, odd values. Waiting is slow: it is drawn rarely
my @dimensions = (
	[etc => 'ext4', 6, qw(ext2 tmpfs overlay overlay_tmpfs overlay_tmpfs_blank default_acl ro full inodes freed)],
	[hostname => 'file', 9, @odd],
	[hosts => 'file', 7, @odd],
	[resolv => 'file', 7, @odd, qw(run volatile pnp tmp tmp_userlink tmp_userfile tmp_userdir)],
	[passwd => 'file', 9, grep { !/m0600|m4755/ } @odd],
	[shadow => 'file', 8, grep { !/m0644|m4755/ } @odd],
	[settings => 'file', 7, (grep { !/big/ } @odd), 'link_saved'],
	[interfaces => 'missing', 14, 'file', grep { !/missing/ } @odd],
	[first => 'ext4', 8, qw(ext2 tmpfs ro full inodes device device_ext2 vfat device_vfat vfat_full)],
	[conf => 'vpc', 2, qw(none classic partial partial partial_pw partial_dns partial_eth1 partial_gw refused_ip refused_host
		refused_gw refused_pw refused_dns refused_mask refused_route refused_other_mac other_mac cut cut cut cut same nul big empty garbage unknown misspelt
		twice onlink nomask slash32 slash31 offsubnet twodefaults nogateway bom crlf quotes nopassword nonetwork nomac zeromac hard
		manyroutes)],
	[cut => 0, 1], # where, if conf=cut
	[conffile => 'file', 30, qw(link dir fifo immutable owner m0644 m0555 upper)],
	[dir => 'dir', 40, qw(missing link file)],
	[meanwhile => 'none', 40, qw(rename rmdir rmconf addroute)], # what happens while osconf runs
	[at => 5, 1], # at which openat() it waits for that
	[disks => 'none', 40, qw(fat0 zeros twolabels damaged)], # others beside the first partition's, which has a label
	[byte => 0, 1], # which byte of its superblock, if disks=damaged
	[drive => 'none', 25, qw(id noid)], # a config drive in place of the first partition
	[done => 'none', 14, qw(file dir fifo link loop)],
	[rejected => 'none', 12, qw(file dir full_dir fifo link loop immutable)],
	[oldsaved => 'none', 12, qw(file dir fifo link loop nul empty)],
	[saved => 'none', 2, qw(own own own parent unknown password hash wrong empty comments commented drive v100)],
	[cards => 'two', 10, qw(none one three swapped named)],
	[macs => 'ok', 12, qw(other)],
	[links => 'up', 4, qw(down)],
	[addr => 'none', 4, qw(right lifetime deprecated noprefixroute nosubnet host link peer plen nobrd otherbrd foreign metric
		label badlabel same4 second samesubnet lo)],
	[route => 'none', 5, qw(metric table unreachable blackhole multipath multipath_ours undescribed front behind mtu src scope default_metric many nexthop)],
	[fds => 'open', 14, qw(noin noout noerr none pipe)],
	[umask => '077', 14, qw(000 022 777)],
	[limit => 'none', 20, qw(nofile fsize)],
	[lock => 'none', 200, qw(etc passwd)],
	[second => 'no', 30, qw(yes)],
	[say => 'q', 8, qw(v plain)],
	[backend => 'live', 12, qw(ifupdown sysconfig)],
	[store => 'default', 20, qw(relative)],
	[dry => 'no', 12, qw(yes user)],
	[boots => 2, 3, qw(1 3 4)],
	[change => 'none', 3, qw(password password resolv hosts hostname settings)],
	[conf2 => 'none', 5, qw(partial partial_pw whole_pw same refused_host gone)],
	[fault => 'none', 3, 'drawn'], # BOOT:KIND:CALL:ORDINAL
);
my %dimension = map { $_->[0] => $_ } @dimensions;

sub dimensions { return map { $_->[0] } @dimensions }
sub ordinary { return $dimension{$_[0]}[1] }

sub print_dimensions {
	print map { my ($name, $value, undef, @odd) = @$_; my %seen; "$name: " . join(' ', $value, grep { !$seen{$_}++ } @odd) . "\n" } @dimensions;
}

sub parse_world {
	my %world = map { $_->[0] => $_->[1] } @dimensions;
	for (split ' ', shift) {
		my ($name, $value) = /^(\w+)=(.*)$/ or die "'$_' is not DIMENSION=VALUE\n";
		my $d = $dimension{$name} or die "no dimension $name\n";
		die "$name is not one of: @$d[1, 3 .. $#$d]\n"
			unless $name =~ /^(cut|fault|byte|at)$/ || grep { $_ eq $value } @$d[1, 3 .. $#$d];
		$world{$name} = $value;
	}
	return \%world;
}

sub world_line {
	my $world = shift;
	return join ' ', map { $world->{$_} eq ordinary($_) ? () : "$_=$world->{$_}" } dimensions();
}

my @calls = ((('openat') x 6), qw(read read write write fsync fsync syncfs rename renameat renameat unlink unlinkat ioctl ioctl
	sendto recvmsg recvfrom fstat newfstatat stat lstat readlink readlinkat fchmod fchown ftruncate open open fcntl flock statfs fstatfs
	sethostname socket close mount unshare getrandom pwrite64 fsetxattr fgetxattr));
my @errors = qw(EIO ENOSPC EROFS EINTR ENOMEM EPERM EACCES ELOOP);

sub draw_fault {
	my $world = shift;
	my $kind = ('KILL', 'CUT', $errors[rand @errors])[rand 3];
	$kind = 'KILL' if $kind eq 'CUT' && $world->{etc} !~ /^(ext4|ext2|ro)$/;
	my $call = $calls[rand @calls];
	my $most = $call =~ /^open/ ? 40 : $call =~ /^(read|write|close|ioctl|fstat|newfstatat|fcntl)$/ ? 25 : 7;
	return join ':', 1 + int rand(rand() < .7 ? 1 : $world->{boots}), $kind, $call, 1 + int rand $most;
}

# GIVEN: what is not drawn, FIRST=VALUE,VALUE...: one of these instead
sub draw_world {
	my ($given) = @_;
	my %world;
	for (@dimensions) {
		my ($name, $value, $one_in, @odd) = @$_;
		$world{$name} = rand($one_in) < 1 && $one_in > 1 ? $odd[rand @odd] : $value;
	}
	for (split ' ', $given // '') {
		my ($name, @values) = split /[=,]/;
		$world{$name} = $values[rand @values];
	}
	$world{cut} = 1 + int rand 300 if $world{conf} eq 'cut';
	$world{at} = 1 + int rand 50 if $world{meanwhile} ne 'none';
	$world{byte} = (int(rand 2) ? 1024 + int rand 264 : int rand 520) * 256 + 1 + int rand 255 if $world{disks} eq 'damaged';
	return normal(\%world);
}

# What does not go together becomes ordinary
sub normal {
	my $world = shift;
	$world->{fault} = draw_fault($world) if $world->{fault} eq 'drawn';
	$world->{conf2} = 'none' if $world->{boots} < 2;
	$world->{change} = 'none' if $world->{boots} < 2;
	if ($world->{etc} =~ /tmpfs|ro/) { # settings are on the first partition
		$world->{settings} = 'file';
		$world->{oldsaved} = 'none';
	}
	$world->{settings} = 'file' if $world->{settings} eq 'link_saved' && ($world->{dir} ne 'dir' || $world->{first} =~ /device/ || $world->{drive} ne 'none');
	$world->{oldsaved} = 'none' if $world->{settings} =~ /link_(fs|saved)/;
	$world->{store} = 'default' if $world->{etc} ne 'ext4' || $world->{oldsaved} ne 'none' || $world->{settings} ne 'file';
	$world->{interfaces} = 'missing' if $world->{backend} ne 'ifupdown';
	$world->{boots} = 2 if $world->{boots} < 2 && $world->{fault} ne 'none';
	for (qw(hostname hosts resolv passwd shadow settings interfaces)) {
		$world->{$_} = ordinary($_) if $world->{$_} =~ /immutable|bind/ && $world->{etc} =~ /overlay|tmpfs/;
	}
	if ($world->{drive} ne 'none') {
		@{$world}{qw(first conf conf2 done rejected oldsaved store conffile dir meanwhile disks)} = qw(ro vpc none none none none default file dir none none);
		$world->{etc} = 'ext4' if $world->{etc} =~ /tmpfs|ro/;
	}
	$world->{first} = 'device' if $world->{disks} ne 'none';
	$world->{meanwhile} = 'none' if $world->{fault} ne 'none' || $world->{second} ne 'no' || $world->{limit} ne 'none' || $world->{first} =~ /device|ro/
		|| $world->{backend} ne 'live';
	# a card without a MAC, or of another one, is known by its name alone, until it has been found once
	$world->{meanwhile} = 'none' if $world->{meanwhile} eq 'rename' && ($world->{macs} eq 'other' || $world->{conf} =~ /cut|mac/);
	$world->{dry} = 'no' if $world->{meanwhile} ne 'none' || $world->{etc} =~ /full|freed|inodes/;
	$world->{change} = 'none' if $world->{change} eq 'settings' && $world->{shadow} eq 'plus_dir'; # os.conf is applied until it is committed
	if ($world->{first} =~ /vfat/) { # which has files and directories, and nothing else
		for (qw(conffile dir done rejected oldsaved)) {
			$world->{$_} = ordinary($_) if $world->{$_} =~ /^(link|loop|fifo|immutable|owner|m0644)$/;
		}
		$world->{conf} = 'vpc' if $world->{conf} eq 'hard';
	} else {
		$world->{conffile} = 'file' if $world->{conffile} eq 'upper';
	}
	my $bound = grep { $world->{$_} =~ /bind/ } qw(hostname hosts resolv passwd shadow settings interfaces);
	$world->{fault} =~ s/:CUT:/:KILL:/ if $bound || $world->{first} eq 'tmpfs';
	$world->{first} = 'ext4' if $world->{first} eq 'tmpfs' && $world->{etc} =~ /tmpfs/;
	$world->{limit} = 'none' if $world->{fault} ne 'none' || $world->{meanwhile} ne 'none'; # strace would meet it
	$world->{oldsaved} = 'none' if $world->{limit} eq 'fsize' && $world->{first} eq 'ro'; # there is no room for both entries
	$world->{second} = 'no' if $world->{fault} ne 'none';
	return $world;
}

1;
