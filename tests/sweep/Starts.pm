# The starting points, and what has to come out: written down without osconf.
package Starts;
use strict;
use warnings;
use Exporter 'import';
use Files;
our @EXPORT = qw(start_names start_of mode_of %base $parents_hash $users_hash);

my $alice = '$6$alice$' . 'A' x 86;
our %base = (
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

my $fixtures = "$ENV{top}/tests/fixtures";
my $classic_conf = slurp("$fixtures/classic.conf");
my $vpc_conf = slurp("$fixtures/vpc.conf");
my %classic = keys_of($classic_conf);
my %vpc = keys_of($vpc_conf);
my $password = 'qwer1234';
delete $classic{password};
delete $vpc{password};
our $parents_hash = crypt 'parent', '$6$parentparent1234$';
our $users_hash = crypt 'changed', '$6$changedbytheuser$';
my $later_hash = crypt 'later', '$6$changedlater1234$';
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
my $parents_saved = text_of(%classic, password_hash => $parents_hash);

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
		start => { %base, 'first/os.conf' => "hostname=web\npassword=d2ViMQ==\n", 'first/os.conf.saved' => $parents_saved },
		between => { files_of(%classic) },
		end => { files_of(%classic, hostname => 'web') },
		keys => { %classic, hostname => 'web' }, net => \@classic_net, password => 'web1', saved => 'first/os.conf.saved', etc => 'tmpfs', lasting => 0,
	},
	moves => { # /etc was in memory, and is persistent now; it has settings of old
		start => { %base, 'first/os.conf.saved' => $parents_saved, 'etc/os.conf' => text_of(hostname => 'old', eth0_ip_addr => '10.1.1.1', eth0_netmask => '255.0.0.0') },
		between => { 'etc/hostname' => "old\n", 'etc/hosts' => "$base{'etc/hosts'}10.1.1.1 old # osconf\n" },
		when => qr{directory aliyun_custom_image|no such partition|^osconf: (/mnt: can.t open: |not all could be done)}m,
		end => { files_of(%classic), 'first/os.conf.saved' => undef },
		keys => \%classic, net => \@classic_net, hash => $parents_hash,
	},
	moves_partial => { # and there is an os.conf
		start => { %base, 'first/os.conf.saved' => $parents_saved, 'first/os.conf' => "hostname=web\n" },
		between => { files_of(%classic) }, keys_between => \%classic,
		end => { files_of(%classic, hostname => 'web'), 'first/os.conf.saved' => undef },
		keys => { %classic, hostname => 'web' }, net => \@classic_net, hash => $parents_hash,
	},
	moves_protected => { # but can't be removed
		start => { %base, 'first/os.conf.saved' => $parents_saved },
		end => { files_of(%classic), 'first/os.conf.saved' => $parents_saved },
		keys => \%classic, net => \@classic_net, hash => $parents_hash, status => 1, status_later => 1, first => 'readonly',
	},
	moved => { # os.conf.saved was moved and could not be removed then; what it says is out of date
		start => { %instance, files_of(%classic, hostname => 'web'), 'etc/shadow' => with_root($later_hash),
			'first/os.conf.saved' => $parents_saved, 'etc/os.conf' => text_of(%classic, hostname => 'web', moved => digest_of($parents_saved)) },
		end => { 'first/os.conf.saved' => undef },
		keys => { %classic, hostname => 'web' }, net => \@classic_net, hash => $later_hash,
	},
	applied => { # the same of os.conf
		start => { %instance, files_of(%classic, hostname => 'web'), 'etc/shadow' => with_root($later_hash),
			'first/os.conf' => $classic_conf, 'etc/os.conf' => text_of(%classic, hostname => 'web', applied => digest_of($classic_conf)) },
		end => {},
		keys => { %classic, hostname => 'web' }, net => \@classic_net, hash => $later_hash, secrets => [$password],
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
my @order = qw(first partial whole child adopt later refused protected relative readonly tmpfs tmpfs_partial moves moves_partial moves_protected moved applied drive drive_whole ifupdown ifupdown_later sysconfig);

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

complete($_) for values %scenarios;

sub start_names {
	return @order;
}

sub start_of { # NAME
	return $scenarios{$_[0]} || die "no scenario $_[0]\n";
}

1;
