package control

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"tweed/emulator/internal/catalogue"
)

// Guard keeps web pages of other sites away from the control API: a page that a
// developer has open must not be able to drive the emulator on his machine.
type Guard struct {
	// AllowHosts are further names that the Host header may have.
	AllowHosts []string
	// Token, if not empty, must come as "Authorization: Bearer TOKEN".
	Token string
}

var (
	errHost   = catalogue.Must(catalogue.Tweed, "TWEED_HOST_REFUSED")
	errOrigin = catalogue.Must(catalogue.Tweed, "TWEED_ORIGIN_REFUSED")
	errToken  = catalogue.Must(catalogue.Tweed, "TWEED_CONTROL_TOKEN")
)

// Check returns why a request is refused, nil if it is not. Health always answers and is
// not asked about.
func (g Guard) Check(r *http.Request) *catalogue.Error {
	if refused := g.checkOrigin(r, false); refused != nil || g.Token == "" {
		return refused
	}
	given := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if subtle.ConstantTimeCompare([]byte(given), []byte(g.Token)) != 1 {
		return errToken.New()
	}
	return nil
}

// CheckPage is Check for a page and its parts, which change nothing and have no secret. They
// need no token, because a browser cannot send one with an address; and a link on another site
// may lead to the page, in a window of its own and not in a frame.
func (g Guard) CheckPage(r *http.Request) *catalogue.Error {
	linked := r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
	return g.checkOrigin(r, linked)
}

// checkOrigin looks at where a request comes from; linked lets it come from another site.
func (g Guard) checkOrigin(r *http.Request, linked bool) *catalogue.Error {
	host := HostOf(r.Host)
	if !g.Local(host) {
		return errHost.New("host", host)
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || u.Host != r.Host {
			return errOrigin.New("origin", origin)
		}
	}
	if site := r.Header.Get("Sec-Fetch-Site"); !linked && (site == "cross-site" || site == "same-site") {
		return errOrigin.New("origin", "of another site")
	}
	return nil
}

// localEndings are those of names that no public site has.
var localEndings = []string{".localhost", ".local", ".internal", ".test"}

// Local tells whether a Host may name this machine: an address, a name without a
// dot, one of a local ending, or an allowed one. Anything else may be a public name that
// was pointed at the loopback address (DNS rebinding).
func (g Guard) Local(host string) bool {
	if slices.Contains(g.AllowHosts, host) || !strings.Contains(host, ".") && !strings.Contains(host, ":") {
		return true
	}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return true
	}
	return slices.ContainsFunc(localEndings, func(end string) bool { return strings.HasSuffix(host, end) })
}

// HostOf is a Host header's name or address without the port, in lower case.
func HostOf(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return strings.ToLower(host)
	}
	return strings.ToLower(hostport)
}
