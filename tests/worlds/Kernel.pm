# What Perl has no function for: mounts, extended attributes, file flags, and
# what the kernel has of the network, by rtnetlink, with every property.
package Kernel;
use strict;
use warnings;
use Socket ();
use Exporter 'import';
our @EXPORT = qw(mount umount bind_mount set_xattr get_xattr remove_xattr set_immutable make_fifo addresses routes links);
require 'syscall.ph';

my ($ms_rdonly, $ms_remount, $ms_bind, $ms_rec, $mnt_detach) = (1, 32, 4096, 16384, 2);

sub mount { # SOURCE DIR TYPE OPTIONS [ro]
	my ($source, $dir, $type, $options, $ro) = @_;
	return syscall(SYS_mount(), "$source", "$dir", "$type", $ro ? $ms_rdonly : 0, "$options") == 0;
}

sub bind_mount { # SOURCE DIR [ro]
	my ($source, $dir, $ro) = @_;
	my $none = "none";
	return 0 if syscall(SYS_mount(), "$source", "$dir", $none, $ms_bind, 0);
	return 1 unless $ro;
	return syscall(SYS_mount(), $none, "$dir", $none, $ms_bind | $ms_remount | $ms_rdonly, 0) == 0;
}

sub umount { # with all that is below it
	my $dir = shift;
	return syscall(SYS_umount2(), "$dir", $mnt_detach) == 0;
}

sub set_xattr {
	my ($path, $name, $value) = @_;
	return syscall(SYS_lsetxattr(), "$path", "$name", "$value", length $value, 0) == 0;
}

sub get_xattr {
	my ($path, $name) = @_;
	my $buffer = "\0" x 1024;
	my $n = syscall(SYS_lgetxattr(), "$path", "$name", $buffer, length $buffer);
	return $n < 0 ? '' : unpack 'H*', substr $buffer, 0, $n;
}

sub remove_xattr {
	my ($path, $name) = @_;
	return syscall(SYS_lremovexattr(), "$path", "$name") == 0;
}

sub set_immutable { # PATH 0|1
	my ($path, $on) = @_;
	open my $file, '<', $path or return 0;
	my $flags = pack 'L!', 0;
	ioctl $file, 0x80086601, $flags or return 0; # FS_IOC_GETFLAGS
	my $n = unpack 'L!', $flags;
	$flags = pack 'L!', $on ? $n | 0x10 : $n & ~0x10;
	return ioctl $file, 0x40086602, $flags; # FS_IOC_SETFLAGS
}

### rtnetlink: include/uapi/linux/rtnetlink.h, if_addr.h, if_link.h

my $netlink;

sub attributes {
	my ($text) = @_;
	my %attributes;
	while (length $text >= 4) {
		my ($len, $type) = unpack 'S S', $text;
		last if $len < 4;
		$attributes{$type & 0x3fff} = substr $text, 4, $len - 4;
		$len = ($len + 3) & ~3;
		last if $len >= length $text;
		$text = substr $text, $len;
	}
	return \%attributes;
}

sub dump_of { # REQUEST FAMILY: the messages' bodies
	my ($request, $family) = @_;
	if (!$netlink) {
		socket $netlink, 16, Socket::SOCK_RAW(), 0 or die "netlink: $!\n";
		setsockopt $netlink, Socket::SOL_SOCKET(), Socket::SO_RCVBUF(), 1 << 20;
	}
	send $netlink, pack('L S S L L', 32, $request, 0x301, 1, 0) . pack('C x15', $family), 0 or die "netlink: $!\n";
	my @bodies;
	while (1) {
		recv $netlink, my $text, 1 << 18, 0;
		return @bodies if !length $text;
		while (length $text >= 16) {
			my ($len, $type) = unpack 'L S', $text;
			return @bodies if $type == 3 || $type == 2; # done, error
			push @bodies, substr $text, 16, $len - 16;
			$len = ($len + 3) & ~3;
			$text = $len < length $text ? substr $text, $len : '';
		}
	}
}

sub ip { return defined $_[0] && length $_[0] == 4 ? join('.', unpack 'C4', $_[0]) : '' }
sub number { return defined $_[0] ? unpack 'L', $_[0] : 0 }

# Each a hash: index, name, mac, up, type, master
sub links {
	my @links;
	for (dump_of(18, 0)) {
		my ($type, $index, $flags) = unpack 'x2 S l L', $_;
		my $a = attributes(substr $_, 16);
		push @links, {index => $index, type => $type, up => $flags & 1, name => unpack('Z*', $a->{3}),
			mac => defined $a->{1} ? join(':', map { sprintf '%02x', $_ } unpack 'C*', $a->{1}) : '', master => number($a->{10})};
	}
	return @links;
}

# Each a hash; text: all of it that an operator could see
sub addresses {
	my %name = @_; # by index
	my @addresses;
	for (dump_of(22, 2)) {
		my ($family, $len, $flags8, $scope, $index) = unpack 'C C C C L', $_;
		my $a = attributes(substr $_, 8);
		my ($preferred, $valid) = unpack 'L L', $a->{6} || pack 'L L', -1, -1;
		my $flags = defined $a->{8} ? number($a->{8}) : $flags8;
		my $name = $name{$index} || $index;
		my $text = "$name " . ip($a->{2}) . "/$len";
		$text .= ' peer ' . ip($a->{1}) if ip($a->{1}) ne ip($a->{2});
		$text .= ' brd ' . ip($a->{4}) if $a->{4};
		$text .= " scope $scope" if $scope;
		$text .= sprintf ' flags %x', $flags if $flags != 0x80;
		$text .= ' ends' if $valid != 0xffffffff || $preferred != 0xffffffff; # when is a matter of time
		$text .= ' metric ' . number($a->{9}) if number($a->{9});
		push @addresses, {card => $name, address => ip($a->{2}), text => $text, label => unpack('Z*', $a->{3} || '')};
	}
	return @addresses;
}

# Without table local, which follows from the addresses. text: as above, without
# who set it; kernel: it came with an address
sub routes {
	my %name = @_;
	my @routes;
	for (dump_of(26, 2)) {
		my ($family, $len, $source_len, $tos, $table, $protocol, $scope, $type, $flags) = unpack 'C8 L', $_;
		my $a = attributes(substr $_, 12);
		$table = number($a->{15}) if $a->{15};
		next if $table == 255;
		my $dst = (ip($a->{1}) || '0.0.0.0') . "/$len";
		my $card = $a->{4} ? $name{number($a->{4})} || number($a->{4}) : '';
		my $text = $dst;
		$text .= ' via ' . ip($a->{5}) if $a->{5};
		$text .= " dev $card" if $card;
		$text .= ' metric ' . number($a->{6}) if number($a->{6});
		$text .= ' src ' . ip($a->{7}) if $a->{7};
		$text .= " table $table" if $table != 254;
		$text .= " type $type" if $type != 1;
		$text .= ' link' if $scope == 253;
		$text .= " scope $scope" if $scope != 253 && $scope != 0;
		$text .= " tos $tos" if $tos;
		$text .= ' metrics ' . unpack 'H*', $a->{8} if $a->{8};
		$text .= ' multipath' if $a->{9};
		$text .= ' nexthop-object' if $a->{30};
		push @routes, {dst => $dst, card => $card, metric => number($a->{6}), table => $table,
			kernel => $protocol == 2, text => $text, hops => $a->{9} ? join(' ', hops($a->{9}, \%name)) : ''};
	}
	return @routes;
}

sub hops {
	my ($text, $name) = @_;
	my @hops;
	while (length $text >= 8) {
		my ($len, $flags, $hops, $index) = unpack 'S C C l', $text;
		last if $len < 8;
		push @hops, $name->{$index} || $index;
		$len = ($len + 3) & ~3;
		last if $len >= length $text;
		$text = substr $text, $len;
	}
	return @hops;
}

1;
