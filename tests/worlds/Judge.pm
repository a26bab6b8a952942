# What must hold in each world: the outcome of a run against the oracle's. Each
# violation is a line "INVARIANT: KIND: DETAILS"; the invariants are:
#  a  it ends by itself, in time, by no signal
#  b  status 0 exactly if no error is said, and then all is as the oracle says
#  c  what the settings say of the network is live
#  d  os.conf is gone only if password and settings are saved; else a message says
#     why; a password that the user changed stays changed
#  e  what is not osconf's is as it was, and no other file is there
#  f  no secret is anywhere else
#  g  the next undisturbed run reaches the end, and the one after it changes nothing
#  h  -n changes nothing, and what it prints leads a shell to the same state
package Judge;
use strict;
use warnings;
use MIME::Base64;
use Texts;
use Machine;
use Oracle;
use Exporter 'import';
our @EXPORT = qw(judge judge_unchanged judge_network judge_follows root_field is_hash_of settings_after);

my %verified;

sub is_hash_of {
	my ($hash, $text) = @_;
	return 0 unless ($hash // '') =~ /^\$6\$[^\$]{8,}\$[^\$]{86}$/;
	return $verified{"$hash $text"} //= crypt($text, $hash) eq $hash ? 1 : 0;
}

sub text { my ($look, $path) = @_; return defined $path && $look->{files}{$path} ? $look->{files}{$path}{text} : undef }

sub root_field {
	my ($look, $real) = @_;
	return (text($look, $real->{shadow}) // '') =~ /^root:([^:\n]*)/m ? $1 : undef;
}

sub clip { my $text = shift // ''; $text =~ s/\s+/ /g; $text =~ s/[^ -~]/?/g; return length $text > 300 ? substr($text, 0, 300) . '...' : $text }

### c

sub judge_network {
	my ($p, $before, $after) = @_;
	return () unless $p->{live};
	my $net = $after->{net};
	my @problems;
	return () if $p->{nowhere};
	my %described = %{$p->{described}};
	my @are = map { $_->{text} } grep { $described{$_->{card}} } @{$net->{addresses}};
	my @routes = map { $_->{text} } grep { $_->{table} == 254 && ($described{$_->{card}} || grep { $described{$_} } split ' ', $_->{hops}) && $_->{dst} ne '10.95.0.0/16' } @{$net->{routes}};
	for ([address => \@are, $p->{addresses}], [route => \@routes, $p->{routes}]) {
		my ($what, $are, $wanted) = @$_;
		my %are = map { $_ => 1 } @$are;
		my %wanted = map { $_ => 1 } @$wanted;
		push @problems, map { "c: $what is missing: $_" } grep { !$are{$_} } @$wanted;
		push @problems, map { "c: $what is left: $_" } grep { !$wanted{$_} } @$are;
	}
	push @problems, map { "c: card is down: $_" } grep { $net->{links}{$_} && !$net->{links}{$_}{up} } sort keys %described;
	push @problems, 'c: lo is not up: 127.0.0.1/8' unless $net->{links}{lo}{up} && grep { $_->{text} =~ m{^lo 127\.0\.0\.1/8( |$)} } @{$net->{addresses}};
	my %first;
	for (grep { $_->{table} == 254 && !$_->{metric} && $_->{text} !~ / tos / } @{$net->{routes}}) {
		$first{$_->{dst}} //= $_->{text};
	}
	for (grep { !/ metric / } @{$p->{routes}}) {
		next if / src /;
		my ($dst) = split ' ';
		push @problems, "c: route is behind another: $_: $first{$dst}" if $first{$dst} && $first{$dst} ne $_ && !grep { $_ eq $first{$dst} } @{$p->{routes}};
	}
	my %is = map { $_->{text} => 1 } @{$net->{routes}};
	for (@{$before->{net}{routes}}) { # others' stay
		push @problems, "c: route of another card is gone: $_->{text}"
			if $_->{table} == 254 && $_->{card} ne '' && $_->{card} !~ /^(lo|eth\d|ens\d)$/ && !$is{$_->{text}};
	}
	return @problems;
}

sub judge_hostname {
	my ($p, $after) = @_;
	my $name = $p->{keys}{hostname};
	return () if $p->{nowhere} || !defined $name || $after->{net}{hostname} eq $name;
	return "c: hostname is $after->{net}{hostname}: and not $name";
}

### Files that follow

sub is_wrong { # WHAT IS WAS KEYS: how, or ''
	my ($what, $is, $was, $keys) = @_;
	return 'it is not there' unless defined $is;
	return $is eq ($keys->{hostname} // '') . "\n" ? '' : "it is '" . clip($is) . "'" if $what eq 'hostname';
	return Oracle::hosts_are_right($is, $was, $keys->{hostname}, [map { $keys->{"eth${_}_ip_addr"} } Oracle::interfaces($keys)]) if $what eq 'hosts';
	return Oracle::resolv_is_right($is, $was, $keys->{dns_nameserver} // '');
}

sub judge_follows { # LENIENT: each may be as it was
	my ($p, $real, $before, $after, $lenient, $status) = @_;
	my @problems;
	return () if $p->{nowhere};
	for my $what (qw(hostname hosts resolv)) {
		my $path = $real->{$what};
		my ($is, $was) = (text($after, $path), text($before, $path));
		my $way = $p->{follows}{$what};
		my $same = defined $is ? defined $was && $is eq $was : !defined $was;
		if (!$way) {
			push @problems, "e: /etc/$what has changed, and does not follow from the settings: '" . clip($is) . "'" unless $same;
			next;
		}
		next unless defined $path;
		next if $what eq 'hosts' && $same && !Oracle::interfaces($p->{keys}); # no address, no line
		my $wrong = is_wrong($what, $is, $was, $p->{keys});
		# an error may have hidden os.conf: then it is what the saved settings say
		next if $wrong && $lenient && keys %{$p->{saved_keys}} && !is_wrong($what, $is, $was, $p->{saved_keys});
		next unless $wrong;
		next if $same && $way ne 'ok' && ($status ne '0' || $p->{may_keep});
		next if $same && ($lenient || $p->{may_keep});
		push @problems, "b: /etc/$what is not right: $wrong" if $status eq '0' || $way eq 'ok';
		push @problems, "e: /etc/$what is neither as it was nor right: $wrong" if $status ne '0' && $way ne 'ok';
	}
	return @problems;
}

### e

my @follow = qw(hostname hosts resolv passwd shadow settings interfaces);

sub judge_others {
	my ($world, $real, $p, $before, $after, $status, $disturbed) = @_;
	my @problems;
	my %ours = map { ($_ => 1, "$_+" => 1) } grep { defined } @{$real}{@follow};
	my $first = Machine::first();
	$ours{$_} = 1 for '/etc/passwd-', '/etc/shadow-', map({ "$first/$_" } qw(os.conf os.conf.done os.conf.rejected os.conf.saved os.conf.saved+ os.conf.rejected+)),
		map({ defined $real->{$_} ? "$real->{$_}-" : () } qw(passwd shadow));
	delete @ours{"$first/os.conf", "$first/os.conf.rejected"} if $world->{drive} ne 'none';
	$ours{'/etc/os.conf'} = $ours{'/etc/os.conf+'} = 1 if Machine::settings_path($world) eq '/etc/os.conf' && $world->{settings} eq 'file';
	for (qw(hostname hosts resolv)) {
		$ours{Machine::path_of($_)} = $ours{Machine::path_of($_) . '+'} = 1 if $world->{$_} =~ /^(device|pnp|volatile|tmp|run)$/;
		$ours{'/tmp/resolv.conf+'} = 1;
	}
	my %names = map { $_ => 1 } keys %{$before->{files}}, keys %{$after->{files}};
	for my $path (sort keys %names) {
		my ($is, $was) = ($after->{files}{$path}, $before->{files}{$path});
		if ($is && !$was && ($is->{mode} & 0170000) == 0040000) {
			next if grep { index($_, "$path/") == 0 } keys %ours;
		}
		if ($path =~ /\+$/ && $is && !$was) {
			push @problems, "e: a file is left: $path" if $status =~ /^[01]$/ && ($disturbed // '') !~ /:(unlink|.?stat|newfstatat)/;
			next;
		}
		next if $world->{backend} ne 'live' && $path =~ m{^/etc/(network|sysconfig)\b} && $path !~ /ifcfg-lan/;
		next if $ours{$path} || $world->{meanwhile} =~ /rm/ && index($path, '/mnt/') == 0;
		if (!$is) {
			push @problems, "e: a file is gone: $path";
		} elsif (!$was) {
			push @problems, "e: a file is new: $path";
		} elsif (($is->{text} // '') ne ($was->{text} // '') || $is->{mode} != $was->{mode} || $is->{owner} ne $was->{owner}) {
			push @problems, sprintf "e: a file has changed: %s: %o %s '%s'", $path, $is->{mode}, $is->{owner}, clip($is->{text});
		}
	}
	for my $what (grep { $_ ne 'settings' } @follow) { # what is replaced keeps these
		my $path = $real->{$what};
		next unless defined $path && $before->{files}{$path} && ($before->{files}{$path}{mode} & 0170000) == 0100000;
		my ($is, $was) = ($after->{files}{$path}, $before->{files}{$path});
		push(@problems, "e: a file is gone: $path"), next unless $is;
		next if $path =~ m{^/tmp/}; # which is anybody's
		push @problems, sprintf "e: mode has changed: %s: %o, and not %o", $path, $is->{mode} & 07777, $was->{mode} & 07777 if $is->{mode} != $was->{mode};
		push @problems, "e: owner has changed: $path: $is->{owner}" if $is->{owner} ne $was->{owner};
		# a password that is not set would be worse than a label that can't be
		next if $what eq 'shadow' && $world->{fault} =~ /xattr/;
		for my $attribute (qw(acl label)) {
			push @problems, "e: $attribute is lost: $path" if ($is->{$attribute} // '') ne ($was->{$attribute} // '');
		}
	}
	return @problems;
}

# Accounts: nothing but root's field, and its date
sub judge_accounts {
	my ($real, $before, $after) = @_;
	my @problems;
	for my $what (qw(passwd shadow)) {
		my ($was, $is) = map { text($_, $real->{$what}) } $before, $after;
		next unless defined $was;
		push(@problems, "e: accounts are gone: /etc/$what"), next unless defined $is;
		for ($was, $is) {
			s/^root:[^:\n]*:\d*/root:/m if $what eq 'shadow';
			s/^root:[^:\n]*/root:/m if $what eq 'passwd';
			s/\0\n/\0/g; # what is behind a NUL byte becomes a line
		}
		$was .= "\n" if $was ne '' && $was !~ /\n\z/ && $is =~ /\n\z/;
		push @problems, "e: accounts have changed: /etc/$what: '" . clip($is) . "'" if $is ne $was;
	}
	return @problems;
}

### f

sub judge_secrets {
	my ($world, $real, $run, $before, $after, $status, @passwords) = @_;
	my @problems;
	my $first = Machine::first();
	my $saved = $real->{settings} // '';
	my @secrets = grep { length $_ > 3 } @passwords, map { encode_base64("$_\n", '') =~ s/=*$//r, encode_base64($_, '') =~ s/=*$//r } @passwords;
	for my $path (sort keys %{$after->{files}}) {
		my $entry = $after->{files}{$path};
		my $text = $entry->{text} // next;
		my $was = $before->{files}{$path};
		next if $was && $was->{mode} == $entry->{mode} && ($was->{text} // '') eq $text && $path !~ m{/aliyun}; # not osconf's doing
		my $hashes = $text =~ /\$6\$(?!alice|abcdefgh)/;
		if ($hashes && $path !~ m{shadow([-+]|\.hard)?$} && $path ne $saved && $path ne "$saved+" && $path !~ m{/os\.conf(\.saved)?\+?(\.hard)?$}) {
			push @problems, "f: a hash is in $path";
		}
		next if $path eq "$first/os.conf.real";
		push @problems, sprintf "f: a hash can be read in %s: mode %o", $path, $entry->{mode} & 0777
			if $hashes && $entry->{mode} & 077 && !Machine::has_no_modes($path) && $path !~ /hard$/ && $world->{shadow} !~ /m0644|m4755|acl/;
		next if $path eq "$first/os.conf" || $path eq '/mnt/hard' || $path eq "$first/os.conf.done" && ($status ne '0' || $world->{done} ne 'none');
		next if $world->{saved} eq 'password' || $path =~ m{^/etc/(passwd|real/|shadow)};
		for (@secrets) {
			push @problems, "f: the password is in $path" if index($text =~ s/\$6\$[^:'\s]*//gr, $_) >= 0;
		}
	}
	for (@secrets) {
		push @problems, 'f: the password is in a message' if index($run->{log} . $run->{kmsg}, $_) >= 0;
	}
	return @problems;
}

sub settings_after {
	my ($real, $look) = @_;
	my $text = text($look, $real->{settings});
	return defined $text ? Oracle::settings_of($text) : undef;
}

# A netmask that is missing is /32; a password there was edited in, and means nothing
sub lines_of {
	my $keys = {%{+shift}};
	delete $keys->{password};
	$keys->{"$_"} //= '255.255.255.255' for map { /^(eth\d+)_ip_addr$/ ? "$1_netmask" : () } keys %$keys;
	return join "\n", map { "$_=$keys->{$_}" } sort keys %$keys;
}

# Root's password is the predicted one, in /etc/shadow or saved to be set at each boot
sub is_set {
	my ($p, $real, $look) = @_;
	my $saved = settings_after($real, $look);
	return is_hash_of(root_field($look, $real), $p->{password}) || $saved && is_hash_of($saved->{kept}{password_hash}, $p->{password});
}

# Settings: as they were, or as they are to be; 0600
sub judge_settings {
	my ($world, $real, $p, $before, $after, $committed, $status) = @_;
	my @problems;
	my $path = $real->{settings};
	my ($is, $was) = (text($after, $path), text($before, $path));
	if (!defined $is) {
		push @problems, 'd: settings are gone: ' . ($path // 'nowhere') if defined $was && !$p->{unreadable} && !($world->{meanwhile} =~ /rm/ && index($path, Machine::first()) == 0);
		push @problems, 'd: os.conf is gone, settings are not saved' if $committed && keys %{$p->{keys}};
		return @problems;
	}
	my $right = lines_of(Oracle::settings_of($is)->{keys}) eq lines_of($p->{keys});
	my $same = defined $was && $is eq $was;
	$same ||= ($status ne '0' || $world->{meanwhile} =~ /rm/) && !$p->{unreadable} && lines_of(Oracle::settings_of($is)->{keys}) eq lines_of($p->{saved_keys}); # cleaned
	push @problems, "d: os.conf is gone, settings are others: '" . clip($is) . "'; and not '" . clip(lines_of($p->{keys})) . "'" if $committed && !$right;
	push @problems, "d: settings are neither the old nor the new: '" . clip($is) . "'" unless $right || $same;
	push @problems, "d: settings that can't be read are replaced: $p->{unreadable}" if $p->{unreadable} && !$same;
	my $entry = $after->{files}{$path};
	my $is_open = $entry->{mode} & 077 && !Machine::has_no_modes($path); # osconf.8, CAVEATS
	push @problems, sprintf 'f: settings have mode %o', $entry->{mode} & 07777 if !$same && $is_open;
	push @problems, sprintf 'f: settings with a hash have mode %o', $entry->{mode} & 07777 if !$same && $is =~ /\$6\$/ && $is_open;
	my @comments = grep { /^#/ && !/osconf/ } split /\n/, $was // '';
	for my $comment (@comments) {
		last if @comments > 20 || $p->{is_elsewhere};
		push @problems, "e: a comment in the settings is lost: $comment" unless grep { s/\r$//r eq $comment =~ s/\r$//r } split /\n/, $is;
	}
	return @problems;
}

### All of it, for a run that ended

# NOW: what was there before and after, the run, the prediction; DISTURBED: a fault happened
sub judge {
	my ($world, $real, $p, $before, $after, $run, $disturbed, $passwords) = @_;
	my $status = $run->{status};
	my @problems;
	my $killed = $disturbed && $disturbed =~ /KILL|CUT/;
	push @problems, "a: it ends by $status: '" . clip($run->{log}) . "'" if $status !~ /^[01]$/ && !$killed;
	my $says = $world->{say} eq 'q' && $world->{fds} =~ /^(open|noin|noout)$/ && !$killed;
	push @problems, "b: status 0, and an error is said: '" . clip($run->{log}) . "'" if $says && $status eq '0' && $run->{log} ne '';
	push @problems, "b: status 1, and no error is said" if $says && $status eq '1' && $run->{log} eq '' && ($disturbed // '') !~ /:write:/; # of a message
	if (!$disturbed) {
		push @problems, "b: status 1, and nothing stands in the way: '" . clip($run->{log}) . "'" if $p->{status} eq 'ok' && $status eq '1';
		push @problems, "b: status 0, and something stands in the way: @{$p->{why}}" if $p->{status} eq 'err' && $status eq '0';
	}

	my $network_hurt = $disturbed && ($killed || $disturbed !~ /:(fsync|fdatasync|syncfs|rename|renameat|unlink|unlinkat|fchmod|fchown|ftruncate|getrandom|pwrite64|fsetxattr):/);
	push @problems, judge_network($p, $before, $after), judge_hostname($p, $after) unless $network_hurt && $status ne '0';
	my $lenient = $disturbed && $status ne '0';
	push @problems, judge_follows($p, $real, $before, $after, $lenient, $status);
	push @problems, judge_others($world, $real, $p, $before, $after, $killed ? 'killed' : $status, $disturbed);
	push @problems, judge_accounts($real, $before, $after);
	push @problems, judge_secrets($world, $real, $run, $before, $after, $status, @$passwords);

	my $conf = Machine::first() . '/os.conf';
	my $committed = defined text($before, $conf) && !defined text($after, $conf) && $world->{meanwhile} !~ /rm/;
	push @problems, judge_settings($world, $real, $p, $before, $after, $committed, $status);
	push @problems, judge_commit($world, $real, $p, $before, $after, $committed, $status, $disturbed);
	return @problems;
}

sub judge_commit {
	my ($world, $real, $p, $before, $after, $committed, $status, $disturbed) = @_;
	my @problems;
	my $conf = Machine::first() . '/os.conf';
	my ($field, $was) = map { root_field($_, $real) } $after, $before;
	my $is_set = defined $p->{password} && is_set($p, $real, $after);
	my $saved = settings_after($real, $after);
	my $is_saved = $p->{settings_way} eq 'ok' || $saved && lines_of($saved->{keys}) eq lines_of($p->{keys});
	my $is_durable = $is_set && ($world->{etc} !~ /tmpfs|^ro$/ && $world->{store} eq 'default' || $saved && is_hash_of($saved->{kept}{password_hash}, $p->{password}));
	push @problems, "d: os.conf is gone, root's password is not set: " . ($field // 'no field') if $committed && defined $p->{password} && !$is_set;
	push @problems, "d: os.conf is gone, and must stay: @{$p->{why}}" if $committed && $p->{commit} eq 'no' && !($is_set && $is_saved);
	return @problems if $disturbed;
	push @problems, "d: os.conf stays" if $p->{commit} eq 'yes' && !$committed;
	push @problems, "d: os.conf stays, status 0" if $p->{commit} eq 'no' && $status eq '0';
	push @problems, "b: root's password is not set" if defined $p->{password} && !$is_set && !$p->{nowhere} && ($status eq '0' || $p->{password_way} eq 'ok') && $world->{etc} !~ /full|inodes|freed/;
	if (defined $p->{drive_hash}) {
		push @problems, "b: root's password is not the drive's" if ($field // '') ne $p->{drive_hash} && ($status eq '0' || $p->{password_way} eq 'ok') && !$p->{may_keep};
	} elsif (!defined $p->{password} && !$p->{password_from_settings} && defined $was) {
		push @problems, "d: root's password is another: " . ($field // 'none') . ", and was $was" if ($field // '') ne $was;
	}
	if (!$committed && $is_durable && $p->{stars}) {
		push @problems, 'd: os.conf stays with its password' if index(text($after, $conf) // '', encode_base64("$p->{password}\n", '')) >= 0;
	}
	return @problems;
}

# LETTER: of the invariant
sub judge_unchanged {
	my ($letter, $what, $before, $after) = @_;
	my @problems;
	my %names = map { $_ => 1 } keys %{$before->{files}}, keys %{$after->{files}};
	for my $path (sort keys %names) {
		my ($was, $is) = ($before->{files}{$path}, $after->{files}{$path});
		push @problems, "$letter: $what changes a file: $path" unless $was && $is && $was->{written} eq $is->{written};
	}
	for my $part (qw(addresses routes)) {
		my ($was, $is) = map { join "\n", sort grep { !/^10\.95\./ } map { $_->{text} } @{$_->{net}{$part}} } $before, $after;
		push @problems, "$letter: $what changes $part: '" . clip($is) . "', were '" . clip($was) . "'" if $was ne $is;
	}
	push @problems, "$letter: $what changes the host name" if $before->{net}{hostname} ne $after->{net}{hostname};
	return @problems;
}

1;
