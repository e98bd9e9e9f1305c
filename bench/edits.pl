#!/usr/bin/perl
# SPDX-License-Identifier: BSD-3-Clause
# Plain edits at random lines of a package, each on top of those before, and a run of heapwhy after each of them.
#
#   edits.pl COUNT SEED GOROOT PACKAGE COMMAND...
#
# GOROOT is a copy that is written to; COMMAND runs heapwhy -timings on the package. A line is drawn among all of the package's files, the
# edit (another constant, a statement more, a call twice or gone) is made in the function around it, or in the next one that it fits. Edits
# that leave no Go behind are taken back. Prints how many answers came from records, and wall times in milliseconds: median, upper quartile,
# last tenth, of these, of the others, and of all; and the median of user and system time.
use strict;
use warnings;
use FindBin;
use Time::HiRes 'time';

my ($count, $seed, $goroot, $package, @command) = @ARGV;
my $folder = "$goroot/src/$package";
die "$folder: it is a link\n" if -l $folder;
srand($seed);

sub read_lines { open(my $in, '<', $_[0]) or die "$_[0]: $!\n"; my @lines = <$in>; \@lines }

sub write_lines {
  my ($path, $lines) = @_;
  open(my $out, '>', $path) or die "$path: $!\n";
  print $out @$lines;
  close $out or die "$path: $!\n";
}

# What the target does not compile is left out.
my $other = qr/_(?:test|aix|android|darwin|dragonfly|freebsd|illumos|ios|js|netbsd|openbsd|plan9|solaris|wasip1|wasm|windows)\.go$/;
my @places;
for my $path (sort glob("$folder/*.go")) {
  next if $path =~ $other;
  my $lines = read_lines($path);
  next if grep { /^\/\/go:build .*(?:ignore|\bjs\b|windows|plan9)/ } @$lines;
  push @places, map { [$path, $_] } 0 .. $#$lines;
}

my @kinds = qw(constant statement twice delete);
my $edit = "$FindBin::Bin/../test/edits.pl";

# Wall and processor time in milliseconds, and what it said on standard error; none: it failed.
sub run {
  my @before = times;
  my $start = time;
  my $pid = open(my $pipe, '-|') // die "fork: $!\n";
  if ($pid == 0) {
    open(STDERR, '>&', \*STDOUT);
    open(STDOUT, '>', '/dev/null');
    exec @command;
    exit 127;
  }
  my $said = do { local $/; <$pipe> };
  close $pipe or return ();
  my $wall = time - $start;
  my @after = times;
  (1000 * $wall, 1000 * ($after[2] + $after[3] - $before[2] - $before[3]), $said);
}

sub part { my ($share, @sorted) = @_; $sorted[int($share * $#sorted + 0.5)] // 0 }

sub show {
  my ($what, @times) = @_;
  @times = sort { $a <=> $b } @times;
  printf "%s %d: %.1f ms, %.1f, %.1f\n", $what, scalar @times, map { part($_, @times) } 0.5, 0.75, 0.9 if @times;
}

# The records are there after three runs of a program that is new; what has just been written is not trusted.
for (1 .. 3) { run(); sleep 3 }
my (@known, @new, @cpu);
for (1 .. 10 * $count) {
  last if @known + @new == $count;
  my ($path, $at) = @{$places[rand @places]};
  my $before = read_lines($path);
  next if system($edit, $kinds[rand @kinds], '@' . ($at + 1), $path) != 0;
  my ($wall, $cpu, $said) = run();
  if (!defined $wall) {
    write_lines($path, $before);
    next;
  }
  push @{$said =~ /^answers  *0 new,/m ? \@known : \@new}, $wall;
  push @cpu, $cpu;
}
show('from records', @known);
show('anew', @new);
show('all', @known, @new);
@cpu = sort { $a <=> $b } @cpu;
printf "processor time %.1f ms\n", part(0.5, @cpu);
