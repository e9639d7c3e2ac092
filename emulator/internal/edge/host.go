// Package edge is where requests arrive: cleartext and TLS on one port, and a client that
// takes Tweed for its proxy. What it lets through is an ordinary request for the emulator,
// with the host and the scheme that the client had in mind.
package edge

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// hosts are the vendors' names that Tweed stands for. Plaid's are those of its API
// (tartan: until 2018; development: until 2024) and of Link's script, Apex's is that of
// the public Sentinel clients.
var hosts = []string{
	"sandbox.plaid.com",
	"development.plaid.com",
	"tartan.plaid.com",
	"cdn.plaid.com",
	"uat-api.apexclearing.com",
}

// domains are the vendors': what Tweed does not stand for there is production, or may be.
var domains = []string{"plaid.com", "apexclearing.com", "apexapis.com"}

// Hosts returns the vendors' names that Tweed stands for.
func Hosts() []string { return slices.Clone(hosts) }

// Emulated tells whether Tweed stands for a host, a lower-case name without a dot at its end.
func Emulated(host string) bool { return slices.Contains(hosts, host) }

// Production tells whether a host is a vendor's that Tweed does not stand for.
func Production(host string) bool {
	return !Emulated(host) && slices.ContainsFunc(domains, func(domain string) bool {
		return host == domain || strings.HasSuffix(host, "."+domain)
	})
}

// normal is a host name in lower case without the dot that may end it.
func normal(host string) string { return strings.TrimSuffix(strings.ToLower(host), ".") }

// nameOf returns the normal name of a Host header, without its port.
func nameOf(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return normal(host)
	}
	return normal(strings.Trim(hostport, "[]"))
}

// Target is where a client wants a proxy to take it.
type Target struct {
	Host string // a lower-case name or an address, without brackets
	Port int
}

// String is the target as it stands in CONNECT.
func (t Target) String() string { return net.JoinHostPort(t.Host, strconv.Itoa(t.Port)) }

// maxHostName is the greatest length of a host name (RFC 1035).
const maxHostName = 253

var (
	errNoPort   = errors.New("it has no port; HOST:PORT is right, for example sandbox.plaid.com:443")
	errHostName = errors.New("that is no host name or address")
)

// ParseTarget reads HOST:PORT, the target of CONNECT (RFC 9110, 9.3.6).
func ParseTarget(text string) (Target, error) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return Target{}, errNoPort
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return Target{}, fmt.Errorf("%q is no port; 1 to 65535 is right", port)
	}
	if !hostName(host) || text[0] == '[' && !strings.Contains(host, ":") {
		return Target{}, errHostName
	}
	return Target{Host: normal(host), Port: int(n)}, nil
}

// letters are those of host names: letters, digits, hyphens, and the underscores of
// container networks. Other alphabets travel as xn--.
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// hostName tells names, also with a dot at their end, and addresses from the rest.
func hostName(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Zone() == ""
	}
	if host == "" || len(host) > maxHostName {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if label == "" || strings.Trim(label, letters) != "" {
			return false
		}
	}
	return true
}
