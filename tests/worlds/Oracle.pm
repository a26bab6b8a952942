# What has to come out of a world, by the project's design and manual page:
# settings out of texts, the network and the files out of settings, and which of
# a world's oddities may, must or must not stand in the way. Nothing in here knows
# how the applet does it.
package Oracle;
use strict;
use warnings;
use MIME::Base64;
use Texts;
use Machine;

### Settings

my %is = (
	ip_addr => \&is_address, gateway => \&is_address, netmask => \&is_mask, route => sub { 1 },
	mac_addr => sub { $_[0] =~ /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i },
);

sub is_address { return $_[0] =~ /^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/ && !grep { $_ > 255 } split /\./, $_[0] }
sub number { return unpack 'N', pack 'C4', split /\./, $_[0] }
sub dotted { return join '.', unpack 'C4', pack 'N', $_[0] & 0xffffffff }
sub is_mask { return is_address($_[0]) && (sprintf '%032b', number($_[0])) =~ /^1*0*$/ }
sub prefix_of { return (sprintf '%032b', number($_[0])) =~ tr/1// }
sub mask_of { return $_[0] ? 0xffffffff << (32 - $_[0]) & 0xffffffff : 0 }

sub is_hostname {
	my $name = shift;
	return length $name <= 64 && !grep { !/^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/ } split /\./, $name, -1;
}

sub route_of { # 'DST/LEN GATEWAY', with the host's bits cleared; '': none
	my ($dst, $len, $gateway, $more) = $_[0] =~ m{^\s*([\d.]+)/(\d{1,2})\s+([\d.]+)\s*$} or return '';
	return '' unless is_address($dst) && $len <= 32 && is_address($gateway);
	return dotted(number($dst) & mask_of($len)) . "/$len $gateway";
}

# The good values of a text; how many were refused; and which keys were named
sub settings_of {
	my $text = shift;
	my ($raw, $refused, $count) = parse_assignments($text);
	my (%good, %named, %kept);
	for my $key (keys %$raw) {
		my $value = $raw->{$key};
		next if $value eq '';
		if ($key eq 'hostname') {
			$named{$key} = 1;
			is_hostname($value) ? $good{$key} = $value : $refused++;
		} elsif ($key eq 'dns_nameserver') {
			my @good = grep { is_address($_) } my @all = split ' ', $value;
			$refused++ if @good != @all;
			$good{$key} = join ' ', @good if @good;
		} elsif ($key eq 'password') {
			next if $value =~ /^\*+$/; # was set before
			my $ok = $value =~ m{^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$};
			my $password = decode_base64($value) =~ s/\n\z//r;
			$ok &&= $password !~ /[\0\n]/ && $password ne '';
			$ok ? $good{$key} = $password : $refused++;
		} elsif ($key =~ /^eth(\d|[12]\d|3[01])_(ip_addr|mac_addr|netmask|gateway|route)$/) {
			my ($n, $what) = ($1, $2);
			$named{"eth$n"} = 1;
			if ($what eq 'route') {
				my @items = grep { /\S/ } split /;/, $value;
				my @good = grep { $_ } map { route_of($_) } @items;
				$refused++ if @good != @items;
				$good{$key} = join ';', @good if @good;
			} elsif ($is{$what}->($value)) {
				$good{$key} = $what eq 'mac_addr' ? lc $value =~ tr/-/:/r : $value;
			} else {
				$refused++;
				$named{$key} = 'refused';
			}
		} elsif ($key =~ /^(applied|moved|drive|drive_password|password_hash|instance_id)$/) {
			$kept{$key} = $value;
		}
	}
	my $known = grep { /^(hostname|password|dns_nameserver|eth(\d|[12]\d|3[01])_(ip_addr|mac_addr|netmask|gateway|route))$/ } keys %$raw;
	return {keys => \%good, named => \%named, refused => $refused, known => $known, kept => \%kept, count => $count};
}

# os.conf that is refused as a whole
sub is_refused {
	my $text = shift;
	return 1 if $text =~ /\0/ || length $text > 65536;
	return !settings_of($text)->{known};
}

sub merge { # saved KEYS, and what settings_of() made of os.conf
	my ($saved, $conf) = @_;
	my %merged = %$saved;
	my $new = $conf->{keys};
	for (qw(hostname dns_nameserver)) {
		$merged{$_} = $new->{$_} if defined $new->{$_};
	}
	my @named = grep { /^eth\d+$/ } keys %{$conf->{named}};
	if (grep { $_ eq 'eth0' } @named) {
		my %stays = map { $_ => 1 } @named;
		for (keys %merged) {
			delete $merged{$_} if /^(eth\d+)_/ && !$stays{$1};
		}
	}
	for my $name (@named) {
		my @new = grep { /^${name}_/ } keys %$new;
		my $mac = $new->{"${name}_mac_addr"};
		my $old_mac = $saved->{"${name}_mac_addr"};
		my $other_card = defined $mac && (!defined $old_mac || lc $old_mac ne $mac);
		if (defined $new->{"${name}_ip_addr"} || $other_card) {
			delete $merged{$_} for grep { /^${name}_/ } keys %merged;
		} elsif ($conf->{named}{"${name}_ip_addr"} && grep { /^${name}_/ } keys %$saved) {
			next; # refused: it keeps what was saved
		}
		$merged{$_} = $new->{$_} for @new;
	}
	return \%merged;
}

### The network

sub interfaces { # N of those that have an address, lowest first
	my $keys = shift;
	return sort { $a <=> $b } map { /^eth(\d+)_ip_addr$/ ? $1 : () } keys %$keys;
}

# N => card, for those that are there. FRESH: the keys of this run's os.conf. Says what was adopted, too
sub match_cards {
	my ($keys, $links, $fresh) = @_;
	my @candidates = grep { $_->{type} == 1 && $_->{name} !~ /^lo$/ } values %$links; # Ethernet
	my (%card, %taken, %adopted);
	my @numbers = sort { $a <=> $b } keys %{{map { /^eth(\d+)_/ ? ($1 => 1) : () } keys %$keys}};
	for my $n (@numbers) {
		my $mac = $keys->{"eth${n}_mac_addr"};
		my ($card) = defined $mac ? grep { $_->{mac} eq $mac } @candidates : grep { $_->{name} eq "eth$n" } @candidates;
		$card{$n} = $card->{name}, $taken{$card->{name}}++ if $card;
	}
	for my $n (grep { !$card{$_} && $fresh && defined $fresh->{"eth${_}_mac_addr"} } @numbers) {
		next if !$links->{"eth$n"} || $taken{"eth$n"} || !defined $keys->{"eth${n}_mac_addr"};
		$card{$n} = "eth$n";
		$adopted{$n} = $links->{"eth$n"}{mac};
	}
	return (\%card, \%adopted);
}

# Addresses and routes of described cards, as Kernel.pm writes them
sub network_of {
	my ($keys, $card) = @_;
	my (@addresses, @routes, %default, %taken);
	my @numbers = interfaces($keys);
	my %list = map { my $n = $_; $n => [map { [split ' '] } split /;/, $keys->{"eth${n}_route"} // ''] } @numbers;
	if (!grep { $_->[0] eq '0.0.0.0/0' } map { @{$list{$_}} } @numbers) {
		my $n = (grep { /^eth1_/ } keys %$keys) ? 1 : 0;
		my $gateway = $keys->{"eth${n}_gateway"};
		push @{$list{$n}}, ['0.0.0.0/0', $gateway] if defined $gateway && $list{$n};
	}
	for my $n (@numbers) {
		my $address = $keys->{"eth${n}_ip_addr"};
		my $len = defined $keys->{"eth${n}_netmask"} ? prefix_of($keys->{"eth${n}_netmask"}) : 32;
		my $subnet = number($address) & mask_of($len);
		my $name = $card->{$n};
		if (defined $name) {
			push @addresses, "$name $address/$len" . ($len < 31 ? ' brd ' . dotted($subnet | ~mask_of($len)) : '');
			push @routes, dotted($subnet) . "/$len dev $name src $address link" if $len < 32;
		}
		my %on_link;
		for (@{$list{$n}}) {
			my ($dst, $gateway) = @$_;
			my $metric = $taken{$dst}++ ? ' metric ' . (1000 + $n) : '';
			next unless defined $name;
			if ($gateway eq '0.0.0.0') {
				push @routes, "$dst dev $name$metric link";
				next;
			}
			push @routes, "$gateway/32 dev $name link" if (number($gateway) & mask_of($len)) != $subnet && !$on_link{$gateway}++;
			push @routes, "$dst via $gateway dev $name$metric";
		}
	}
	return ([sort @addresses], [sort @routes]);
}

### Files

# What a text has to be, or undef: it is right as it is. BEFORE: undef: not there
sub hosts_are_right {
	my ($text, $before, $name, $addresses) = @_;
	my @ours = grep { /# osconf\r?$/ } split /\n/, $text;
	my $others = join "\n", grep { !/# osconf\r?$/ } split /\n/, $text;
	my $were = join "\n", grep { !/# osconf\r?$/ } split /\n/, $before // '';
	return 'other lines are not as they were' if $others ne $were;
	return '' unless @$addresses && defined $name;
	return 'there is not one line of osconf' if @ours != 1;
	my ($address, $its_name) = split ' ', $ours[0];
	return "'$ours[0]' is not an address and name of the host" unless $its_name eq $name && grep { $_ eq $address } @$addresses;
	return '';
}

sub resolv_is_right {
	my ($text, $before, $servers) = @_;
	my @others = grep { !/^\s*nameserver\b/ } split /\n/, $text;
	my @were = grep { !/^\s*nameserver\b/ } split /\n/, $before // '';
	return 'other lines are not as they were' if "@others" ne "@were";
	my $are = join ' ', map { /^nameserver ([\d.]+)$/ ? $1 : () } split /\n/, $text;
	return $are eq $servers ? '' : "the name servers are '$are'";
}

### What stands in the way. For each oddity of a file:
# ok: it is written all the same; err: it can't be; may: either

my %way = (
	file => 'ok', missing => 'ok', empty => 'ok', link_abs => 'ok', link_rel => 'ok', link_fs => 'ok', link_disk => 'ok', dangling => 'ok',
	loop => 'err', circle => 'err', through => 'err', dir => 'err', fifo => 'err', socket => 'err', device => 'may',
	bind => 'ok', bind_ro => 'err', immutable => 'err', m0600 => 'ok', m0644 => 'ok', m4755 => 'ok', owner => 'ok', acl => 'ok',
	label => 'ok', hard => 'ok', nul => 'err', crlf => 'ok', nonl => 'ok', eof => 'ok', big => 'may', plus => 'ok', plus_dir => 'may', plus_bind => 'ok',
	run => 'ok', volatile => 'may', pnp => 'ok', tmp => 'ok', tmp_userlink => 'err', tmp_userfile => 'ok', tmp_userdir => 'err',
);
my %way_passwd = (%way, missing => 'err', empty => 'err', dangling => 'err', bind_ro => 'may', immutable => 'may', nul => 'ok',
	device => 'err', crlf => 'may', link_fs => 'may', owner => 'may', eof => 'may', nonl => 'ok', plus => 'ok');
my %way_shadow = (%way, missing => 'err', empty => 'err', dangling => 'err', nul => 'ok', device => 'err', crlf => 'may',
	link_fs => 'may', owner => 'may', acl => 'may', eof => 'may', m0600 => 'ok');
my %reading = (loop => 'bad', circle => 'bad', through => 'bad', dir => 'bad', fifo => 'bad', socket => 'bad', device => 'bad',
	nul => 'bad', big => 'bad', eof => 'bad');

# can a file be written: also by what its file system is
sub way {
	my ($world, $what) = @_;
	my $odd = $world->{$what};
	return 'may' if $world->{etc} =~ /^(full|inodes|freed|ro)$/ || $world->{limit} ne 'none' || $world->{lock} eq 'etc';
	return ($what eq 'passwd' ? \%way_passwd : $what eq 'shadow' ? \%way_shadow : \%way)->{$odd};
}

sub worse { # of several ways
	my %have = map { $_ => 1 } @_;
	return $have{err} ? 'err' : $have{may} ? 'may' : 'ok';
}

# A drive's password is a hash, and its os.conf stays
sub of_the_drive { # PREDICTION CONF, and whether that was applied
	my ($p, $conf, $applied) = @_;
	my ($hash) = $conf =~ /^password=(.*)$/m;
	$p->{password} = undef;
	$p->{drive_hash} = $hash unless $applied;
	$p->{password_way} = $p->{accounts_way};
	$p->{status} = 'ok' if $p->{status} eq 'err' && "@{$p->{why}}" eq 'err: values are refused';
}

### The whole

# WORLD, MODEL: saved (text, undef: none), conf (text, undef: none), applied (conf is, but can't be removed),
# links: what cards there are.  Says what one undisturbed run has to lead to:
#   keys, effective; network; status (0, 1, any), commit (yes, no, may), files that follow, password
sub predict {
	my ($world, $model, $links) = @_;
	my %p = (status => 'ok', why => []);
	my $worse = sub { my ($way, $why) = @_; $p{status} = worse($p{status}, $way); push @{$p{why}}, "$way: $why" if $way ne 'ok' };
	my $reading = $reading{$world->{settings}} || '';
	$reading = '' unless Machine::settings_path($world) eq '/etc/os.conf';
	my $saved_text = $model->{saved};
	my $saved = settings_of($reading ? '' : $saved_text // '');
	if (defined $model->{elsewhere} && !$saved->{kept}{moved} && !is_refused($model->{elsewhere})) { # where settings were before
		$saved = settings_of($model->{elsewhere});
	}
	delete $saved->{keys}{password}; # only os.conf carries one
	$p{unreadable} = $reading;
	$p{saved_keys} = {%{$saved->{keys}}};
	$worse->('err', "settings can't be read") if $reading;
	$worse->('may', 'settings have a key that they should not have, or none, or a wrong value')
		if defined $saved_text && !$reading && ($saved->{refused} || !$saved->{known} || $saved_text =~ /^password/m);
	my $conf = $model->{conf};
	my $counts = defined $conf && !$model->{applied} && !is_refused($conf);
	$worse->('err', 'os.conf is refused as a whole') if defined $conf && !$model->{applied} && is_refused($conf);
	$conf =~ s/^password=.*\n//m if $counts && $world->{drive} ne 'none';
	my $settings = $counts ? settings_of($conf) : undef;
	my $keys = $counts ? merge($saved->{keys}, $settings) : {%{$saved->{keys}}};
	$worse->('err', 'values are refused') if $counts && $settings->{refused};

	# cards
	my ($card, $adopted) = match_cards($keys, $links, $counts ? $settings->{keys} : undef);
	$keys->{"eth${_}_mac_addr"} = $adopted->{$_} for keys %$adopted;
	$p{keys} = $keys;
	$p{is_elsewhere} = defined $model->{elsewhere};
	$p{changes} = $p{is_elsewhere} || join(';', map { "$_=$keys->{$_}" } sort keys %$keys) ne join ';', map { "$_=$saved->{keys}{$_}" } sort keys %{$saved->{keys}};
	my $live = $world->{backend} eq 'live';
	for my $n (interfaces($keys)) {
		$worse->($live ? 'err' : 'may', "eth$n is not there") unless defined $card->{$n};
	}
	for (keys %$keys) {
		$worse->('may', "eth$1 is not whole") if /^(eth\d+)_/ && (!defined $keys->{"$1_ip_addr"} || !defined $keys->{"$1_netmask"});
	}
	@p{qw(addresses routes)} = network_of($keys, $card);
	$p{described} = {map { $card->{$_} => 1 } grep { defined $card->{$_} } interfaces($keys)};
	$p{half_described} = {map { $_ => 1 } values %$card};
	$p{live} = $live;

	# files that follow
	my $follow = !$reading;
	if ($follow && defined $keys->{hostname}) {
		$p{follows}{hostname} = way($world, 'hostname');
		$p{follows}{hosts} = way($world, 'hosts');
	}
	$p{follows}{resolv} = way($world, 'resolv') if $follow && defined $keys->{dns_nameserver};
	for (sort keys %{$p{follows} || {}}) {
		my $way = $p{follows}{$_};
		$way = 'may' if $way eq 'err' && $world->{$_} =~ /^(bind_ro|immutable)$/;
		$worse->($way, "/etc/$_ is $world->{$_}");
	}
	$worse->('may', 'a file that can\'t be read, and need not be') for grep { !$p{follows}{$_} && way($world, $_) ne 'ok' } qw(hostname hosts resolv);
	$worse->('may', "interfaces") if $world->{interfaces} !~ /^(file|missing)$/;

	# password
	$p{password} = $counts ? $settings->{keys}{password} : undef;
	my $password_way = worse(way($world, 'passwd'), way($world, 'shadow'));
	$p{accounts_way} = $password_way;
	$p{password_way} = defined $p{password} ? $password_way : 'ok';
	$worse->($p{password_way}, "root's password can't be set") if defined $p{password};
	$worse->('may', "no password is needed") if !defined $p{password} && $password_way ne 'ok';

	# settings
	my $settings_way = Machine::settings_path($world) eq '/etc/os.conf' ? way($world, 'settings') : 'ok';
	$settings_way = 'may' if $world->{settings} =~ /link_fs|plus_dir/;
	$settings_way = 'err' if $reading;
	my $first_way = $world->{drive} ne 'none' ? 'ok' : $world->{dir} ne 'dir' ? 'may' : $world->{first} =~ /^(ro|full|inodes|tmpfs|vfat_full)$/ ? 'may' : 'ok';
	$settings_way = 'may' if Machine::settings_path($world) ne '/etc/os.conf' && ($first_way ne 'ok' || $world->{limit} ne 'none');
	$settings_way = 'may' if $world->{oldsaved} ne 'none';
	$p{settings_way} = $settings_way;
	my $writes = $counts && ($p{changes} || $world->{first} eq 'ro');
	$worse->($writes && $settings_way eq 'err' ? 'err' : 'may', "settings can't be saved") if $settings_way ne 'ok';
	$worse->('may', 'the first partition') if $first_way ne 'ok' || $world->{done} !~ /none|file/ || $world->{rejected} !~ /none|file/;
	$worse->('may', $_) for grep { $_ } $world->{limit} ne 'none' && 'limits', $world->{lock} eq 'etc' && 'a lock', $world->{etc} =~ /full|inodes|ro|freed/ && 'etc',
		$world->{fds} ne 'open' && 'descriptors', $world->{second} eq 'yes' && 'a second run', $world->{oldsaved} ne 'none' && 'os.conf.saved',
		$world->{conf} eq 'hard' && 'hard links', $world->{conffile} =~ /immutable|owner/ && 'os.conf', $world->{meanwhile} ne 'none' && 'something happens',
		$world->{disks} eq 'twolabels' && 'disks', grep({ $world->{$_} eq 'link_disk' } qw(settings passwd shadow)) && 'another disk', $world->{saved} =~ /drive|v100/ && 'entries of 1.0.0';
	$p{commit} = !defined $conf ? 'none' : !$counts ? 'no' : worse($settings_way eq 'err' && !$writes ? 'may' : $settings_way, $p{password_way}, $first_way, $world->{lock} eq 'etc' ? 'may' : 'ok');
	$p{commit} = {ok => 'yes', err => 'no', may => 'may'}->{$p{commit}} // $p{commit};
	$p{commit} = 'may' if $p{commit} eq 'no' && $counts && Machine::settings_path($world) ne '/etc/os.conf'; # with the hash
	$p{commit} = 'may' if $p{commit} eq 'yes' && $world->{done} eq 'dir';
	$p{commit} = 'may' if $model->{applied} || $p{commit} eq 'no' && $counts && $world->{shadow} eq 'link_fs';
	$p{commit} = 'may' if $p{commit} eq 'yes' && $saved->{kept}{password_hash} && $password_way ne 'ok';
	$p{commit} = 'may' if $p{commit} eq 'yes' && $world->{conffile} =~ /immutable|owner/ || $world->{drive} ne 'none' || $world->{meanwhile} =~ /rm/
		|| $world->{disks} eq 'twolabels';
	$p{commit} = 'may' if $world->{conf} eq 'hard' && $p{commit} eq 'yes';
	$p{status} = 'may' if $world->{meanwhile} =~ /rm/;
	return \%p;
}

1;
