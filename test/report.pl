# SPDX-License-Identifier: BSD-3-Clause
# Compares what report.sh collected in a folder: findings.json, compiler (-m=2), measured. Prints test lines; exit code 1 if one failed.
use strict;
use warnings;
use utf8;
use JSON::PP;

my ($folder, $verbose) = @ARGV;
my $failed = 0;
binmode STDOUT, ':encoding(UTF-8)';

sub slurp {
  my ($path) = @_;
  open(my $in, '<', $path) or die "$path: $!";
  local $/;
  return scalar <$in>;
}

sub result {
  my ($name, $wrong, $count) = @_;
  $failed = 1 if @$wrong;
  printf "%s report %s: %d of %d\n", @$wrong ? 'FAILED' : 'ok', $name, $count - @$wrong, $count;
  print "  $_\n" for @$wrong;
}

my @heap = grep { $_->{kind} eq 'heap' } map { @{$_->{findings}} } @{decode_json(slurp("$folder/findings.json"))->{packages}};

# The function of each source line.
my (@function, $current);
for my $line (split /\n/, slurp("$folder/plain/kinds.go")) {
  $current = $1 if $line =~ /^func (?:\([^)]*\) )?(\w+)/;
  push @function, $current // '';
  undef $current if $line =~ /^}/ || $line =~ /^func .*\}$/;
}

# Small values without pointers share blocks of 16 bytes: such a value takes its size, rounded up to its alignment.
sub taken {
  my ($value) = @_;
  my $size = $value->{size};
  return $value->{classSize} if $size >= 16 || $size % 8 == 0 || $size == 0;
  return $size;
}

my (%expected, %values, @wrong, $count);
for my $value (@heap) {
  my $name = $function[$value->{at}{line} - 1];
  next unless defined $value->{classSize};
  my $times = $name eq 'perIteration' ? 3 : 1; # two iterations, and the copy whose increment ends the loop
  $expected{$name} += $times * taken($value);
  $values{$name}++;
}
for my $line (split /\n/, slurp("$folder/measured")) {
  my ($name, $bytes) = split ' ', $line;
  $count += $values{$name} // 0;
  printf "  %-20s %7d bytes, expected %7d\n", $name, $bytes, $expected{$name} // 0 if $verbose;
  push @wrong, "$name: the program takes $bytes bytes, the report says " . ($expected{$name} // 'nothing') if $bytes != ($expected{$name} // -1);
}
result('sizes measured', \@wrong, $count);
printf "FAILED report: only %d values measured\n", $count if $count < 20;

# The compiler: what is on the heap, and the steps of each flow that ends there.
my (%headline, %steps, $at, $open);
for my $line (split /\n/, Encode::decode('UTF-8', slurp("$folder/compiler"))) {
  next unless $line =~ /^(?:\.\/)?kinds\.go:(\d+:\d+): (.*)/;
  my ($position, $text) = ($1, $2);
  if ($text =~ /escapes to heap in .*:$/) { $open = $steps{$position} = []; next }
  if ($text =~ /^    from (.*) \(([^()]+)\) at (?:\.\/)?([^ ]*:\d+:\d+)$/) { push @$open, [$1, $2, $3] if $open; next }
  undef $open unless $text =~ /^  (?:flow|warning)/;
  $headline{$position}++ if $text =~ /^moved to heap: |escapes to heap$/ && $text !~ / in /;
}
my %ours;
$ours{"$_->{at}{line}:$_->{at}{column}"}++ for @heap;
my @differ = grep { ($headline{$_} // 0) != ($ours{$_} // 0) } sort keys %{{%headline, %ours}};
result('values on the heap', [map { "$_: compiler " . ($headline{$_} // 0) . ', report ' . ($ours{$_} // 0) } @differ], scalar @heap);

my (@flows, $checked);
for my $value (@heap) {
  my $position = "$value->{at}{line}:$value->{at}{column}";
  next if ($ours{$position} // 0) != 1 || !$steps{$position};
  $checked++;
  my @want = map { "$_->[0] ($_->[1])" } @{$steps{$position}};
  my @got = map { "$_->{expression} ($_->{why})" } @{$value->{flow}};
  push @flows, "$position: compiler @want | report @got" if "@want" ne "@got";
}
result('flows', \@flows, $checked);
my @silent = grep { !$_->{reason} || $_->{reason} =~ /^it outlives its function/ } @heap;
result('reasons in words', [map { "$_->{at}{line}: $_->{what}: " . ($_->{reason} // 'none') } @silent], scalar @heap);
exit $failed;
