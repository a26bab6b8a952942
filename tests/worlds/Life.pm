# A world's life: its boots, what its user and the console do between them, one
# fault, and then what has to hold. Gives violations.
package Life;
use strict;
use warnings;
use Digest::SHA 'sha256_hex';
use Texts;
use Machine;
use Oracle;
use Judge;
use Exporter 'import';
our @EXPORT = qw(live);

our $last_log = ''; # what the last run said
my $verbose = 0;
sub verbose { $verbose = shift }

sub text { my ($look, $path) = @_; return defined $path && $look->{files}{$path} ? $look->{files}{$path}{text} : undef }

# What the next run meets: texts as they are now
sub prediction {
	my ($world, $real, $life, $look) = @_;
	my $path = Machine::first() . '/os.conf';
	my $conf = text($look, $path);
	if ($look->{files}{$path} && !is_regular($look->{files}{$path}) || $world->{dir} ne 'dir') {
		$conf = $look->{files}{$path} ? "\0" : undef; # it is never read
	}
	my $settings = $real->{settings};
	my $saved = text($look, $settings);
	if ($world->{settings} eq 'link_fs' && !(defined $saved && Oracle::settings_of($saved)->{known})) {
		$saved = text($look, '/run/real/os.conf') // $saved; # of an earlier time, when that lasted
	}
	my $applied = defined $conf && defined $life->{applied} && $life->{applied} eq $conf;
	my $elsewhere = $look->{files}{Machine::first() . '/os.conf.saved'};
	$elsewhere = Machine::settings_path($world) eq '/etc/os.conf' && $elsewhere && is_regular($elsewhere) ? $elsewhere->{text} : undef;
	$life->{elsewhere_now} = $elsewhere;
	$elsewhere = undef if defined $elsewhere && defined $life->{moved} && $life->{moved} eq $elsewhere;
	my $p = Oracle::predict($world, {saved => $saved, elsewhere => $elsewhere, conf => $conf, applied => $applied}, $look->{net}{links});
	Oracle::of_the_drive($p, $conf, $applied || $life->{password_done}{$conf}) if $world->{drive} ne 'none' && defined $conf;
	# a password is applied once, if the run that did it ended
	if (defined $p->{password} && $life->{password_done}{$conf}) {
		$p->{password} = undef;
		$p->{password_way} = 'ok';
		$p->{commit} = 'may' if $p->{commit} eq 'no';
		$p->{status} = 'may' if $p->{status} eq 'err';
	}
	# only a hash that is durable lets the password go
	$p->{stars} = $world->{shadow} ne 'link_fs' && $world->{first} =~ /^(ext4|ext2|vfat.*|device.*|tmpfs|full|inodes)$/ && $world->{conf} ne 'hard' && $world->{conffile} =~ /file|owner|m0644|m0555|upper/;
	# where nothing can tell whether it was, it is set only if root has none yet
	my $can_tell = !$p->{unreadable} && ($p->{stars} || $p->{settings_way} eq 'ok');
	$p->{password_way} = Oracle::worse('may', $p->{password_way}) if (defined $p->{password} || defined $p->{drive_hash}) && !$can_tell && (root_field($look, $real) // '*') !~ /^[*!]/;
	$p->{password_from_settings} = 1 if $world->{shadow} eq 'link_fs' || Machine::settings_path($world) ne '/etc/os.conf' || $world->{oldsaved} =~ /file/ || $life->{cut_off}
		|| defined $saved && $saved =~ /^password/m;
	if ($world->{meanwhile} eq 'rename') {
		s/\beth0\b/ens9/ for @{$p->{addresses}}, @{$p->{routes}};
		$p->{described}{ens9} = delete $p->{described}{eth0} if $p->{described}{eth0};
	}
	$p->{may_keep} = 1 if $world->{etc} =~ /^(ro|full|inodes|freed)$/ || $world->{lock} eq 'etc' || $world->{limit} ne 'none' || $world->{oldsaved} ne 'none'
		|| $world->{second} eq 'yes' || $world->{disks} eq 'twolabels' || $world->{meanwhile} =~ /rm/
		|| $world->{settings} eq 'link_fs' && $world->{dir} ne 'dir'; # the newer ones would be there
	$p->{nowhere} = 1 if $world->{disks} eq 'twolabels' || $world->{meanwhile} =~ /rm/;
	$life->{conf_now} = $conf;
	return $p;
}

sub is_regular { return (shift->{mode} & 0170000) == 0100000 }

sub passwords_of { # all that os.conf had
	my $life = shift;
	return [keys %{$life->{passwords}}];
}

sub boot { # FAULT or undef
	my ($world, $real, $life, $fault) = @_;
	my $before = Machine::look();
	my $p = prediction($world, $real, $life, $before);
	$life->{passwords}{$p->{password}} = 1 if defined $p->{password};
	Machine::flush_disks() if $fault && $fault =~ /CUT/;
	my $run = Machine::osconf($world, $fault, Machine::arguments($world));
	my $happened = $fault && $run->{happened} ? $fault : '';
	if ($happened && $fault =~ /CUT/) {
		Machine::cut_power($real);
		Machine::reboot($world, $real);
		$life->{rebooted} = 1;
	}
	my $after = Machine::look();
	$last_log = $run->{log};
	show($world, $p, $run, $after, $happened) if $verbose;
	my @problems = $happened && $fault =~ /CUT/ ? () : judge($world, $real, $p, $before, $after, $run, $happened, passwords_of($life));
	if ($happened && $fault =~ /CUT/) {
		my $conf = Machine::first() . '/os.conf';
		my $committed = defined text($before, $conf) && !defined text($after, $conf);
		@problems = (Judge::judge_settings($world, $real, $p, $before, $after, $committed, 'cut'),
			Judge::judge_commit($world, $real, $p, $before, $after, $committed, 'cut', $happened),
			Judge::judge_accounts($real, $before, $after));
	}
	$life->{status} = $run->{status};
	$life->{disturbed} = $happened;
	my $conf = $life->{conf_now};
	my $ended = $happened !~ /KILL|CUT/;
	$life->{cut_off} = 1 unless $ended;
	if (defined $p->{drive_hash} && (root_field($after, $real) // '') eq $p->{drive_hash}) {
		$life->{password_done}{$conf} = 1 if $ended && !$happened;
		$life->{cut_off} = 1 if $happened;
	}
	if (defined $p->{password} && is_hash_of(root_field($after, $real), $p->{password})) {
		$life->{password_done}{$conf} = 1 if $ended && !$happened;
		$life->{cut_off} = 1 if $happened;
	}
	my $saved_is_right = settings_are($p, settings_after($real, $after));
	$life->{moved} = $life->{elsewhere_now} if has_entry(text($after, $real->{settings}), 'os.conf.saved', $life->{elsewhere_now});
	my $stays = text($after, Machine::first() . '/os.conf');
	my $may_stay = $world->{drive} ne 'none' || $world->{first} eq 'ro' || $world->{done} eq 'dir' || $world->{conffile} eq 'immutable' || $world->{conf} eq 'hard';
	$life->{applied} = $stays
		if defined $conf && $saved_is_right && ($may_stay && $ended || has_entry(text($after, $real->{settings}), 'os.conf', $stays))
		&& (!defined $p->{drive_hash} || (root_field($after, $real) // '') eq $p->{drive_hash}
			|| index(text($after, $real->{settings}) // '', "password_hash='$p->{drive_hash}'") >= 0) # of a read-only shadow
		&& (!defined $p->{password} || Judge::is_set($p, $real, $after));
	return @problems;
}

# The settings say so: a name and a digest for each file that was applied and stays
sub has_entry {
	my ($settings, $name, $text) = @_;
	my ($list) = ($settings // '') =~ /^applied='(.*)'$/m;
	return defined $text && grep { m{^(?:qcloud_action/)?\Q$name\E (\$6\$.*)} && is_hash_of($1, sha256_hex($text)) } split /;/, $list // '';
}

sub settings_are {
	my ($p, $settings) = @_;
	return 0 unless $settings;
	return Judge::lines_of($settings->{keys}) eq Judge::lines_of($p->{keys});
}

### Between boots

sub edit { # PATH SUB
	my ($path, $edit) = @_;
	return unless defined $path && -f $path && !-l $path;
	my $text = Machine::slurp($path);
	return unless defined $text;
	local $_ = $text;
	$edit->();
	return if $_ eq $text;
	open my $file, '+<', $path or return;
	print $file $_;
	truncate $file, length $_;
	close $file;
}

sub user_changes {
	my ($world, $real, $life, $what) = @_;
	edit($real->{shadow}, sub { s/^root:[^:\n]*/root:$hash{user}/m }) if $what eq 'password';
	edit($real->{resolv}, sub { $_ .= "nameserver 8.8.4.4\n" }) if $what eq 'resolv';
	edit($real->{hosts}, sub { $_ .= "10.0.0.77 bob\n" }) if $what eq 'hosts';
	if ($what eq 'hostname') {
		edit($real->{hostname}, sub { $_ = "mine\n" });
		$world->{hostname} = 'file' if $world->{hostname} eq 'nul'; # it has none any more
	}
	edit($real->{settings}, sub { s/^hostname=.*/hostname='edited'/m }) if $what eq 'settings';
}

sub console_writes {
	my ($world, $life, $which) = @_;
	my $path = Machine::first() . '/os.conf';
	unlink $path if $which eq 'gone';
	my $text = conf_text($world, $which eq 'gone' ? 'none' : $which eq 'same' ? $world->{conf} : $which);
	return unless defined $text && -d Machine::first();
	return if $world->{first} =~ /ro|full|inodes/ || $world->{conffile} !~ /file|upper/ || $world->{dir} ne 'dir';
	my $was = Machine::slurp($path);
	unlink $path;
	Machine::write_file($path, $text, 0600);
	delete $life->{password_done}{$text};
	delete $life->{applied} unless defined $was && $was eq $text;
}

### -n

sub dry_run {
	my ($world, $real) = @_;
	Machine::make_old();
	my $before = Machine::look();
	my $p = prediction($world, $real, {}, $before);
	my $run = Machine::osconf({%$world, second => 'no', fds => 'open', apart => 1}, undef, '-n', Machine::arguments({%$world, say => 'q'}));
	my $after = Machine::look();
	my @problems = judge_unchanged('h', '-n', $before, $after);
	push @problems, "a: -n ends by $run->{status}" unless $run->{status} =~ /^[01]$/;
	return @problems if $world->{limit} ne 'none' || $world->{second} eq 'yes' || $world->{disks} eq 'twolabels' || $world->{meanwhile} =~ /rm/;
	my $said = Machine::shell($run->{log});
	print map { "  sh: $_\n" } split /\n/, $said if $verbose;
	$after = Machine::look();
	my @net = (Judge::judge_network($p, $before, $after), Judge::judge_hostname($p, $after));
	my @files = Judge::judge_follows($p, $real, $before, $after, 0, $run->{status});
	show($world, $p, $run, $after, '-n') if $verbose;
	push @problems, map { "h: what -n prints: $_" } @net, @files;
	return @problems;
}

sub dry_user { # nobody tries a file out
	my ($world, $real) = @_;
	my $conf = conf_text($world, $world->{conf});
	return () if !defined $conf || Oracle::is_refused($conf);
	my $run = Machine::dry_as_user($conf);
	my $settings = Oracle::settings_of($conf);
	my $wanted = $settings->{refused} ? 1 : 0;
	$wanted = $run->{status} if grep { /^(eth\d+)_/ && !($settings->{keys}{"$1_ip_addr"} && $settings->{keys}{"$1_netmask"}) } keys %{$settings->{keys}};
	my @problems;
	push @problems, "h: -n -f -R as a user has status $run->{status}: " . Judge::clip($run->{log}) if $run->{status} ne $wanted;
	push @problems, "h: -n -f -R as a user writes" if $run->{wrote};
	return @problems;
}

### All of it

sub live { # WORLD: violations
	my $world = {%{+shift}};
	my %life = (passwords => {});
	my (@problems, $real);
	if ($world->{dry} eq 'yes') {
		$real = Machine::make($world);
		push @problems, dry_run($world, $real);
	}
	$real = Machine::make($world);
	push @problems, dry_user($world, $real) if $world->{dry} eq 'user';
	my ($fault_boot) = $world->{fault} =~ /^(\d+):/;
	for my $n (1 .. $world->{boots}) {
		if ($n > 1) {
			Machine::reboot($world, $real) unless delete $life{rebooted};
			user_changes($world, $real, \%life, $world->{change}) if $n == 2;
			console_writes($world, \%life, $world->{conf2}) if $n == 2;
		}
		print "--- boot $n\n" if $verbose;
		my $fault = $fault_boot && $fault_boot == $n ? $world->{fault} : undef;
		push @problems, boot($world, $real, \%life, $fault);
		return @problems if @problems; # what follows would follow from it
	}
	if ($life{disturbed}) {
		Machine::reboot($world, $real) unless delete $life{rebooted};
		print "--- boot, undisturbed\n" if $verbose;
		push @problems, map { s/^(\w): /$1: after $world->{fault}: /r } boot($world, $real, \%life, undef);
		return @problems if @problems;
	}
	if ($life{status} eq '0') {
		Machine::make_old();
		my $before = Machine::look();
		my $run = Machine::osconf({%$world, meanwhile => 'none'}, undef, Machine::arguments($world));
		my $after = Machine::look();
		print "--- again\n" if $verbose;
		show($world, {}, $run, $after, 'again') if $verbose;
		push @problems, judge_unchanged('g', 'a second run', $before, $after);
		push @problems, "g: a second run writes to the first partition: $run->{wrote} times"
			if $run->{wrote} && !grep { $before->{files}{Machine::first() . "/os.conf$_"} } '', '.done', '.saved';
		push @problems, "g: a second run has status $run->{status}: " . Judge::clip($run->{log})
			if $run->{status} ne '0' && $world->{disks} ne 'twolabels' # either of which may come first
			&& $world->{meanwhile} ne 'rmdir'; # as soon as os.conf is consumed, it may go
	}
	return @problems;
}

sub show {
	my ($world, $p, $run, $look, $fault) = @_;
	print "status $run->{status}", $fault ? " ($fault)" : '', ", predicted: ", $p->{status} // '', ', commit: ', $p->{commit} // '', "\n";
	print map { "  why: $_\n" } @{$p->{why} || []};
	print map { "  | $_\n" } split /\n/, $run->{log};
	print "  hostname $look->{net}{hostname}\n", map { "  $_->{text}\n" } @{$look->{net}{addresses}}, @{$look->{net}{routes}};
	for (sort keys %{$look->{files}}) {
		my $entry = $look->{files}{$_};
		next if $verbose < 2 && !m{os\.conf|shadow|\+$};
		printf "  %s %o %s\n", $_, $entry->{mode}, $entry->{owner};
		print map { "    | $_\n" } split /\n/, substr $entry->{text} // '', 0, 2000;
	}
}

1;
