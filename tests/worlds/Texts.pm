# What is in the files of a world
package Texts;
use strict;
use warnings;
use MIME::Base64;
use Exporter 'import';
our @EXPORT = qw(conf_text saved_text file_text %hash parse_assignments);

our %hash = map { $_ => crypt($_, "\$6\$$_" . 'saltsaltsa$') } qw(parent user drive old);

my %vpc = (hostname => 'iZ23r29djmjZ', password => 'cXdlcjEyMzQK', eth0_ip_addr => '10.171.254.123', eth0_mac_addr => '00:8c:fa:5e:14:23',
	eth0_netmask => '255.255.255.0', eth0_gateway => '10.171.254.1', eth0_route => '0.0.0.0/0 10.171.254.1', dns_nameserver => '7.7.7.7 8.8.8.8');
my %eth1 = (eth1_ip_addr => '42.120.74.105', eth1_mac_addr => '00:8c:fa:5e:14:24', eth1_netmask => '255.255.255.0',
	eth1_gateway => '42.120.74.1', eth1_route => '0.0.0.0/0 42.120.74.1');
my %classic = (%vpc, %eth1, eth0_route => '10.0.0.0/8 10.171.254.1;172.16.0.0/12 10.171.254.1');
my @order = qw(hostname password eth0_ip_addr eth0_mac_addr eth0_netmask eth0_gateway eth0_route eth1_ip_addr eth1_mac_addr
	eth1_netmask eth1_gateway eth1_route dns_nameserver);

sub text_of { # KEYS...: as the platform writes them
	my %keys = @_;
	my %rank = map { $order[$_] => $_ } 0 .. $#order;
	return join '', map { my $v = $keys{$_}; "$_=" . ($v =~ /[ ;]/ ? "\"$v\"" : $v) . "\n" }
		sort { ($rank{$a} // 99) <=> ($rank{$b} // 99) || $a cmp $b } keys %keys;
}

sub without { my ($keys, @names) = @_; my %k = %$keys; delete @k{@names}; return %k }

my %conf = (
	vpc => text_of(%vpc), classic => text_of(%classic),
	partial => "hostname=web\n", partial_pw => 'password=' . encode_base64("web1\n", '') . "\n",
	partial_dns => "dns_nameserver=\"9.9.9.9\"\n", partial_eth1 => text_of(%eth1), partial_gw => text_of(without(\%classic, grep { !/^eth0_gateway|host/ } keys %classic)),
	refused_ip => text_of(%vpc, eth0_ip_addr => '10.171.254.300'), refused_host => text_of(%vpc, hostname => 'a_b'),
	refused_gw => text_of(%vpc, eth0_gateway => '10.171.254'), refused_pw => text_of(%vpc, password => 'secret!'),
	refused_dns => text_of(%vpc, dns_nameserver => '7.7.7.7 8.8.8.800'), refused_mask => text_of(%vpc, eth0_netmask => '255.0.255.0'),
	refused_route => text_of(%vpc, eth0_route => '0.0.0.0/0 10.171.254.1;x y'),
	refused_other_mac => text_of(%vpc, eth0_mac_addr => '00:8c:fa:5e:14:24', eth0_ip_addr => '10.171.254.'),
	other_mac => text_of(%vpc, eth0_mac_addr => '00:8c:fa:5e:14:99'),
	nul => text_of(%vpc) . "\0", big => text_of(%vpc) . '#' x 70000 . "\n", empty => '', garbage => "hello\nworld\n",
	unknown => text_of(%vpc) . "flavour=large\n", misspelt => text_of(without(\%vpc, 'hostname')) . "host_name=web\n",
	twice => text_of(%vpc) . "hostname=last\n", onlink => text_of(%vpc, eth0_route => '0.0.0.0/0 0.0.0.0'),
	nomask => text_of(without(\%vpc, 'eth0_netmask')), slash32 => text_of(%vpc, eth0_netmask => '255.255.255.255'),
	slash31 => text_of(%vpc, eth0_netmask => '255.255.255.254', eth0_gateway => '10.171.254.122', eth0_route => '0.0.0.0/0 10.171.254.122'),
	offsubnet => text_of(%vpc, eth0_gateway => '10.1.1.1', eth0_route => '0.0.0.0/0 10.1.1.1'),
	twodefaults => text_of(%classic, eth0_route => '10.0.0.0/8 10.171.254.1;0.0.0.0/0 10.171.254.1'),
	nogateway => text_of(without(\%vpc, qw(eth0_gateway eth0_route))),
	bom => "\xef\xbb\xbf" . text_of(%vpc), crlf => text_of(%vpc) =~ s/\n/\r\n/gr, quotes => text_of(%vpc) =~ s/=([^"\n]+)$/='$1'/gmr,
	nopassword => text_of(without(\%vpc, 'password')), nonetwork => text_of(without(\%vpc, grep { /^eth/ } keys %vpc)),
	nomac => text_of(without(\%vpc, 'eth0_mac_addr')), zeromac => text_of(%vpc, eth0_mac_addr => '00:00:00:00:00:00'),
	hard => text_of(%vpc), whole_pw => text_of(%vpc, hostname => 'again', password => encode_base64("again2\n", '')),
	manyroutes => text_of(%vpc, eth0_route => join ';', '0.0.0.0/0 10.171.254.1', map { "10.$_.0.0/16 10.171.254.1" } 20 .. 60),
);

my $drive = text_of(%vpc, password => $hash{drive});
$conf{drive_noid} = $drive;
$conf{drive_id} = $drive . "instance_id=ins-1\n";

sub conf_text { # WORLD WHICH: os.conf, undef: none
	my ($world, $which) = @_;
	return undef if $which eq 'none';
	return substr $conf{vpc}, 0, $world->{cut} if $which eq 'cut';
	return $conf{vpc} if $which eq 'same'; # as last time
	return $conf{$which};
}

my %parent = (%classic, hostname => 'parent', dns_nameserver => '9.9.9.9',
	eth0_mac_addr => '00:16:3e:00:00:01', eth0_ip_addr => '10.2.2.2', eth0_gateway => '10.2.2.1', eth0_route => '10.0.0.0/8 10.2.2.1',
	eth1_mac_addr => '00:16:3e:00:00:02', eth1_ip_addr => '47.1.1.2', eth1_gateway => '47.1.1.1', eth1_route => '0.0.0.0/0 47.1.1.1');
delete $parent{password};
my %own = without(\%classic, 'password');

sub saved_of {
	my %keys = @_;
	return join '', "# osconf's settings, which may be edited\n", map { "$_='$keys{$_}'\n" } sort keys %keys;
}

my %saved = (
	own => saved_of(%own), parent => saved_of(%parent), unknown => saved_of(%own) . "flavour='large'\n",
	password => saved_of(%own) . "password='c2VjcmV0MQ=='\n", hash => saved_of(%own) . "password_hash='$hash{old}'\n",
	wrong => saved_of(%own, eth1_ip_addr => '42.120.74.1000'), empty => '', comments => "# nothing\n",
	commented => "# mine\n" . saved_of(%own) =~ s/^(eth0_ip)/# my card\n$1/mr,
	drive => saved_of(%own) . "drive='\$6\$abcdefgh\$" . 'A' x 86 . "'\n", v100 => saved_of(%own) . "applied='\$6\$abcdefgh\$" . 'A' x 86 . "'\n",
);

sub saved_text { # VALUE of the dimension, and whether the hash is in it; undef: no file
	my ($value, $with_hash) = @_;
	my $text = $saved{$value};
	return $text unless defined $text && $with_hash && $value !~ /empty|comments|hash/;
	return $text . "password_hash='$hash{parent}'\n";
}

my %file = (
	hostname => "localhost\n",
	hosts => "127.0.0.1 localhost\n10.0.0.9 alice.example.com alice\n",
	resolv => "search example.com\nnameserver 1.1.1.1\noptions timeout:1\n",
	passwd => "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1::/:/bin/false\nalice:x:1000:1000:Alice:/home/alice:/bin/sh\n",
	shadow => "root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\nalice:\$6\$alice\$" . 'A' x 86 . ":19000:0:99999:7:::\n",
	interfaces => "auto lo\niface lo inet loopback\n\niface eth5 inet dhcp\n",
);
my %comment = (hosts => '# ', resolv => '# ', settings => '# ', interfaces => '# ');

sub file_text { # NAME ODDITY [TEXT]
	my ($name, $odd, $text) = @_;
	$text = $file{$name} unless defined $text;
	return '' if $odd eq 'empty';
	return $text =~ s/\n/\r\n/gr if $odd eq 'crlf';
	return $text =~ s/\n\z//r if $odd eq 'nonl';
	if ($odd eq 'nul') {
		return $text =~ s/^(daemon)/$1\0/mr if $name =~ /passwd|shadow/;
		return $text =~ s/\A(.*\n|)/$1\0\0\n/r;
	}
	return $text =~ s/\A(.*\n|)/$1EOF\n/r if $odd eq 'eof';
	if ($odd eq 'big') {
		return $text . join '', map { "10.9.9.9 host$_.example.com\n" } 1 .. 80000 if $name eq 'hosts';
		return $text . join '', map { "user$_:x:$_:${_}::/bin/false\n" } 1 .. 80000 if $name =~ /passwd|shadow/;
		return $text . ('# ' . 'x' x 997 . "\n") x 2100;
	}
	return $text;
}

# For the oracle: a file's assignments as a shell has them, and how many lines are none
sub parse_assignments {
	my $text = shift;
	my (%keys, @order, $bad);
	$bad = 0;
	$text =~ s/\A\xef\xbb\xbf//;
	for (split /\n/, $text) {
		s/\r\z//;
		s/^[ \t]+|[ \t]+$//g;
		next if $_ eq '' || /^#/;
		if (/^([A-Za-z_]\w*)=(?:"([^"\\\$`]*)"|'([^']*)'|([^"'\s;&|<>()\\\$`]*))(?:[ \t]+#.*)?$/) {
			$keys{$1} = $2 // $3 // $4;
			push @order, $1;
		} else {
			$bad++;
		}
	}
	return (\%keys, $bad, scalar @order);
}

1;
