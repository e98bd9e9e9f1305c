#!/usr/bin/perl
# SPDX-License-Identifier: BSD-3-Clause
# Edits a Go file in place, the way people do.
#
#   edits.pl KIND NUMBER FILE
#
# NUMBER chooses a function whose header and body have lines of their own, counting around; @NUMBER the one around that line, or the next
# one. Where the edit does not fit it, the next one. Exit code 1: it fits none.
#
#   sink      a package-level variable and a generic function at the end of the file, which the others need
#   blank     a blank line before the function    comment   a comment in it    spread    a blank line in it, and blanks
#   constant  another digit in its body           semi      an empty statement where it begins
#   leak      its first pointer parameter is stored in the sink
#   defer     it defers a literal in a loop: it can no longer be inlined, and allocates
#   closure   it calls a literal                  function  one more function at the end of the file
#   statement it prints a number                      escape    a variable of its own escapes
#   convert   a number becomes an interface           literal   it makes a slice
#   capture   a literal changes a variable of its own generic   it calls a generic function
#   call      it calls another function               twice     one of its calls is made twice
#   delete    one of its calls is gone                broken    it mentions what is not declared
#   unfinished  it is no Go                           large     it has a variable that no machine has room for
use strict;
use warnings;

use Cwd 'realpath', 'abs_path';

my ($kind, $number, $file) = @ARGV;
# What a link leads to is not ours to write to, wherever in the path it is.
my $here = abs_path('.');
my $named = $file =~ /^\// ? $file : "$here/$file";
die "$file: it is, or is below, a link\n" if -l $file || realpath($named) ne $named;
open(my $in, '<', $file) or die "$file: $!\n";
my @lines = <$in>;
close $in;

my @starts;
for my $i (0 .. $#lines) {
  next unless $lines[$i] =~ /^func .*\{$/;
  my $end = $i + 1;
  $end++ while $end <= $#lines && $lines[$end] !~ /^\}$/;
  push @starts, [$i, $end] if $end <= $#lines && $end > $i + 1;
}

# A statement that is a call and stands alone, by the number of its line; 0: none.
sub find_call {
  for my $i ($_[0] + 1 .. $_[1] - 1) {
    return $i if $lines[$i] =~ /^\t[a-z]\w*(?:\.\w+)*\([^{}]*\)$/ && $lines[$i] !~ /^\tpanic/;
  }
  0;
}

my %edits = (
  sink => sub {
    push @lines, "\nvar heapwhySink any\n\nfunc heapwhySame[T any](v T) T { return v }\n\n",
      "func heapwhyPrint() {\n\tfor range 2 {\n\t\tdefer print(1)\n\t}\n}\n";
    1;
  },
  function => sub { push @lines, "\nfunc heapwhyFunction$number(p *int) *int { return p }\n"; 1 },
  blank => sub { $lines[$_[0]] = "\n" . $lines[$_[0]]; 1 },
  comment => sub { $lines[$_[0]] .= "\t// edit $number\n"; 1 },
  spread => sub { $lines[$_[0]] =~ s/\{$/  {/; $lines[$_[0]] .= "\n\n"; 1 },
  semi => sub { $lines[$_[0]] .= "\t;\n"; 1 },
  closure => sub { $lines[$_[0]] .= "\tfunc() { heapwhySink = nil }()\n"; 1 },
  defer => sub { $lines[$_[0]] .= "\tfor range 2 {\n\t\tdefer func() { heapwhySink = 1 }()\n\t}\n"; 1 },
  statement => sub { $lines[$_[0]] .= "\tprintln($number)\n"; 1 },
  escape => sub { $lines[$_[0]] .= "\t{\n\t\tlocal := $number\n\t\theapwhySink = &local\n\t}\n"; 1 },
  convert => sub { $lines[$_[0]] .= "\theapwhySink = $number\n"; 1 },
  literal => sub { $lines[$_[0]] .= "\theapwhySink = []string{\"$number\"}\n"; 1 },
  capture => sub { $lines[$_[0]] .= "\t{\n\t\tlocal := 1\n\t\tfunc() { local++ }()\n\t}\n"; 1 },
  generic => sub { $lines[$_[0]] .= "\t_ = heapwhySame($number)\n"; 1 },
  call => sub { $lines[$_[0]] .= "\theapwhyPrint()\n"; 1 },
  twice => sub { my $i = find_call(@_); $lines[$i] .= $lines[$i] if $i; $i },
  delete => sub { my $i = find_call(@_); $lines[$i] = '' if $i; $i },
  large => sub { $lines[$_[0]] .= "\tvar large [1 << 50]int\n\t_ = large\n"; 1 },
  unfinished => sub { $lines[$_[0]] .= "\tfor i := range 2 { if x { y\n"; 1 },
  broken => sub { $lines[$_[0]] .= "\theapwhyMissing++\n"; 1 },
  leak => sub {
    return 0 unless $lines[$_[0]] =~ /^func (?:\([^)]*\) )?\w+\((\w+) \*/ && $1 ne '_';
    $lines[$_[0]] .= "\theapwhySink = $1\n";
    1;
  },
  constant => sub {
    for my $i ($_[0] + 1 .. $_[1] - 1) {
      return 1 if $lines[$i] =~ s/^([^"`'\/]*[ (\[,])([1-8])(?=[\s),;\]:])/$1 . ($2 + 1)/e;
    }
    0;
  },
);
my $edit = $edits{$kind} or die "no edit $kind\n";
my $done = 0;
my $first = $number =~ s/^@// ? grep { $_->[1] < $number } @starts : $number * 7;
for my $try (0 .. $#starts) {
  my $func = $starts[($first + $try) % @starts];
  last if $done = $edit->(@$func);
}
exit 1 unless $done;
open(my $out, '>', $file) or die "$file: $!\n";
print $out @lines;
close $out or die "$file: $!\n";
