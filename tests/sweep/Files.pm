# Files and settings as text: what the other parts of the sweep share.
package Files;
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use Exporter 'import';
use POSIX ();
our @EXPORT = qw(slurp write_file remove_below keys_of is_hash_of digest_of is_digest_of);

sub slurp { # PATH: its text, or undef
	open my $file, '<', shift or return undef;
	local $/;
	my $text = <$file>;
	return defined $text ? $text : '';
}

sub write_file { # PATH, TEXT, MODE
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

sub remove_below { # DIR
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

sub keys_of { # TEXT of a settings file
	return map { /^(\w+)=(["']?)(.*)\2$/ ? ($1, $3) : () } split /\n/, shift;
}

my %verified;

sub is_hash_of { # HASH, PASSWORD: what glibc says, not busybox
	my ($hash, $text) = @_;
	return 0 unless $hash =~ /^\$6\$[^\$]{8,}\$[^\$]{86}$/;
	my $id = "$hash $text";
	$verified{$id} = crypt($text, $hash) eq $hash unless defined $verified{$id};
	return $verified{$id};
}

# As in hash.c: the hash of a text's SHA-256
sub digest_of { # TEXT
	return crypt sha256_hex(shift), '$6$saltofadigest123$';
}

sub is_digest_of { # HASH, TEXT
	my ($hash, $text) = @_;
	return is_hash_of($hash, sha256_hex($text));
}

1;
