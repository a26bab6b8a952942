# The promises: what must hold after a run with a fault, and after the one that
# nothing disturbs.
package Promises;
use strict;
use warnings;
use Exporter 'import';
use Files;
use Starts;
our @EXPORT = qw(check_faulted check_end is_committed has_password);

# Without these, what was read is all there: the network comes up
my $only_writes = qr/^(fsync|fdatasync|syncfs|rename|renameat|unlink|unlinkat|link|fchmod|fchown|fchown32|
	ftruncate|utimensat|utimensat_time64|write|writev|getrandom)$/x;
# osconf runs it for the cards, when os.conf has been committed
my $only_network = qr/^(ioctl|sethostname)$/;

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

# What the settings say was applied and can't be removed: the digest of each file.  1.0.0
# had a key for each
sub entries_of { # KEYS
	my $keys = shift;
	my %entry;
	for (split /;/, $keys->{applied} || '') {
		/^(\S+) (\S+)$/ ? $entry{$1} = $2 : ($entry{'os.conf'} = $_);
	}
	$entry{'os.conf.saved'} = $keys->{moved} if defined $keys->{moved};
	$entry{'qcloud_action/os.conf'} = $keys->{drive} if defined $keys->{drive};
	return \%entry;
}

# The file that an entry is of
my %file_of = ('os.conf' => 'first/os.conf', 'qcloud_action/os.conf' => 'first/os.conf', 'os.conf.saved' => 'first/os.conf.saved');

sub has_entry {
	my ($s, $now, $name) = @_;
	my $digest = entries_of(saved_keys($s, $now) || {})->{$name};
	my $text = $s->{start}{$file_of{$name}};
	return $digest && grep { is_digest_of($digest, $_) } $text, starred($text);
}

# What os.conf and os.conf.saved say is elsewhere
sub is_committed {
	my ($s, $now) = @_;
	my $name = !$s->{start}{'first/os.conf'} ? 'os.conf.saved' : $s->{drive} ? 'qcloud_action/os.conf' : 'os.conf';
	return !defined $s->{start}{$file_of{$name}} || !defined $now->{files}{$file_of{$name}} || has_entry($s, $now, $name);
}

# os.conf after its password was set, where it had to stay
sub starred { # TEXT
	return shift =~ s/^(password=["']?)([^\s"']*)/$1 . '*' x length $2/gmer;
}

# The next run has a password to set
sub has_password {
	my ($s, $now) = @_;
	my $osconf = $s->{start}{'first/os.conf'};
	return 0 if defined $osconf && $osconf =~ /^password=/m && !$s->{drive} && ($now->{files}{'first/os.conf'} || '') eq starred($osconf);
	return !is_committed($s, $now) if $s->{password} || $s->{drive};
	return defined $now->{files}{'first/os.conf.saved'} && !has_entry($s, $now, 'os.conf.saved');
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
		next if $name eq 'first/os.conf.done' && !$done;
		next if $name eq 'first/os.conf' && !$done && defined $is && $is eq starred($was || '');
		next if $name eq 'first/os.conf.rejected' && $is_old && $now->{rejected_stays};
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
	if ($s->{saves_hash}) {
		push @$problems, "$s->{saved} does not have the password's hash" unless is_new_hash($s, $keys->{password_hash} || '');
	} else {
		push @$problems, "$s->{saved} has a password's hash" if defined $keys->{password_hash};
	}
}

# A file that is gone has no digest; one that was there may have it until the end, and so may an
# os.conf.saved whose removal may not be durable, until the next run. Until the password of a
# drive is durable, an entry that matches nothing shows that there is room
sub check_digests {
	my ($s, $now, $done, $problems) = @_;
	my $keys = saved_keys($s, $now) || {};
	my $entries = entries_of($keys);
	for (sort keys %$entries) {
		my $text = $s->{start}{$file_of{$_} || ''};
		my $starred = $now->{files}{$file_of{$_} || ''}; # its password is overwritten
		push @$problems, "$s->{saved} has another digest of $_" unless defined $text && is_digest_of($entries->{$_}, $text)
			|| defined $starred && $starred =~ /\*{4}/ && is_digest_of($entries->{$_}, $starred)
			|| !$done && $s->{drive};
		push @$problems, "$s->{saved} has a digest of $_" unless defined $now->{files}{$file_of{$_}}
			|| !$done && ($now->{was_committed} || $_ eq 'os.conf.saved');
	}
	push @$problems, "$s->{saved} has a key of 1.0.0" if $done && grep { defined } @$keys{qw(moved drive)};
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

	return "it did not happen: ended with $status" if $now->{no_fault};
	check_files($s, $now, $done, \@problems);
	check_shadow($s, $now, \@problems);
	check_saved($s, $now, $done || $committed, \@problems);
	check_digests($s, $now, $done, \@problems);
	check_secrets($s, $now, \@problems);
	check_net($s, $now, 'status 0, but the network is', \@problems) if $done;
	check_net($s, $now, "$name failed, and the network is", \@problems) if !$done && $kind ne 'KILL' && $name =~ $only_writes;
	push @problems, 'os.conf is gone, but the password is not what it said'
		if $committed && !$s->{saves_hash} && !is_new_hash($s, root_field($s, $now)) && root_field($s, $now) ne $users_hash;
	push @problems, 'status 0, but it is not committed' if $done && !$committed;
	push @problems, "$name failed, and holds os.conf" if $kind ne 'KILL' && $name =~ $only_network && !$committed;
	push @problems, 'status 0, but root has another password' if $done && !is_new_hash($s, root_field($s, $now)) && root_field($s, $now) ne $users_hash;
	push @problems, 'status 1, and no message' if $status eq '1' && $now->{log} eq '' && $now->{kmsg} eq '';
	push @problems, "ended with: $status" unless $kind eq 'KILL' || $status =~ /^[01]$/;
	push @problems, 'what was committed is so no longer' if $now->{was_committed} && !$committed;
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
	check_digests($s, $now, 1, \@problems);
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


1;
