#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# An SMSC made of Net::SMPP, steered by lines of JSON: orders come in on stdin, what happens goes
# out on stdout. tests/e2e/perl-smsc.mjs is the other end. It ends with its stdin.
#
#   out  {"port":N}  {"bind":N,"mode":"trx",…}  {"submit":{…},"bind":N}  {"answer":{…},"bind":N}
#        {"gone":N}
#   in   {"do":"deliver"|"enquire"|"unbind","bind":N,"seq":N,…fields}
#        {"do":"answer","bind":N,"seq":N,"status":N,"message_id":"…"}
#
# Texts are hexadecimal, as they are bytes.
use strict;
use warnings;
use IO::Select;
use JSON::PP;
use Net::SMPP;

my %modes = (
    Net::SMPP::CMD_bind_transceiver() => 'trx',
    Net::SMPP::CMD_bind_transmitter() => 'tx',
    Net::SMPP::CMD_bind_receiver()    => 'rx',
);
my %response_to_bind = (
    trx => 'bind_transceiver_resp',
    tx  => 'bind_transmitter_resp',
    rx  => 'bind_receiver_resp',
);
my $json = JSON::PP->new->canonical->latin1;
my ( %conns, %numbers );    # by number; the number by file descriptor
my $last = 0;
$| = 1;

sub say_that { print $json->encode( {@_} ), "\n" }

sub fields_of {
    my ($pdu) = @_;
    my %fields;
    for my $name (
        qw(seq status source_addr source_addr_ton source_addr_npi destination_addr dest_addr_ton
        dest_addr_npi esm_class registered_delivery data_coding validity_period service_type)
      )
    {
        $fields{$name} = $pdu->{$name} if defined $pdu->{$name};
    }
    my $text = $pdu->{short_message};
    $text = $pdu->{message_payload} if defined $pdu->{message_payload};
    $fields{text} = unpack 'H*', $text if defined $text;
    return \%fields;
}

sub hear {
    my ( $conn, $select ) = @_;
    my $number = $numbers{ fileno $conn };
    my $pdu    = $conn->read_pdu;
    if ( !$pdu ) {
        say_that( gone => $number );
        $select->remove($conn);
        delete $conns{$number};
        close $conn;
        return;
    }
    my $cmd = $pdu->{cmd};
    if ( my $mode = $modes{$cmd} ) {
        my $answer = $response_to_bind{$mode};
        $conn->$answer( system_id => 'perl', seq => $pdu->{seq} );
        say_that(
            bind => $number,
            mode => $mode,
            map { $_ => $pdu->{$_} } qw(system_id password system_type interface_version)
        );
    }
    elsif ( $cmd == Net::SMPP::CMD_submit_sm ) {
        say_that( submit => fields_of($pdu), bind => $number );
    }
    elsif ( $cmd == Net::SMPP::CMD_enquire_link ) {
        $conn->enquire_link_resp( seq => $pdu->{seq} );
    }
    elsif ( $cmd == Net::SMPP::CMD_unbind ) {
        $conn->unbind_resp( seq => $pdu->{seq} );
        say_that( unbind => $number );
    }
    elsif ( $cmd & 0x80000000 ) {
        say_that( answer => fields_of($pdu), bind => $number );
    }
    else {
        $conn->generic_nack( seq => $pdu->{seq}, status => 3 );
    }
}

sub obey {
    my ($order) = @_;
    my ( $do, $number ) = delete @{$order}{qw(do bind)};
    my $conn = $conns{$number} or return;
    $order->{short_message} = pack 'H*', delete $order->{text} if defined $order->{text};
    if    ( $do eq 'answer' )  { $conn->submit_sm_resp(%$order) }
    elsif ( $do eq 'deliver' ) { $conn->deliver_sm( %$order, async => 1 ) }
    elsif ( $do eq 'enquire' ) { $conn->enquire_link( %$order, async => 1 ) }
    elsif ( $do eq 'unbind' )  { $conn->unbind( %$order, async => 1 ) }
}

my $listener = Net::SMPP->new_listen( '127.0.0.1', port => 0 ) or die "cannot listen: $!";
say_that( port => $listener->sockport );
my $select = IO::Select->new( $listener, \*STDIN );
my $orders = '';
while (1) {
    for my $ready ( $select->can_read ) {
        if ( $ready == $listener ) {
            my $conn = $listener->accept or next;
            $conns{ ++$last } = $conn;
            $numbers{ fileno $conn } = $last;
            $select->add($conn);
        }
        elsif ( $ready == \*STDIN ) {
            sysread( STDIN, $orders, 65536, length $orders ) or exit 0;
            obey( $json->decode($1) ) while $orders =~ s/^(.*)\n//;
        }
        else {
            hear( $ready, $select );
        }
    }
}
