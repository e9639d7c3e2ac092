package casefile

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tweed/emulator/internal/api"
)

// The secrets of a replay. What the scenario pins is one of them, so that what was accepted is
// accepted again, and what was refused is refused. They have the form of Plaid's.
const (
	StandIn = "000000000000000000000000000000"
	wrong   = "111111111111111111111111111111"
)

// readHeaders are the headers of a request that replies depend on, and the one that says who
// called. Others stay out of a case: they might carry secrets.
var readHeaders = []string{
	"Authorization", "Content-Encoding", "Content-Type", "Plaid-Client-Id", "Plaid-Secret", "Plaid-Version", "Tweed-Delay",
	"Tweed-Error", "Tweed-Fault", "User-Agent",
}

// Sent are the headers of a request that a case has.
func Sent(h http.Header) map[string]string {
	sent := map[string]string{}
	for _, name := range readHeaders {
		if value, ok := h[name]; ok && len(value) > 0 {
			sent[name] = value[0]
		}
	}
	return sent
}

// Request makes the call's request anew, to the server at an address. token is what call or
// session c.Token has given.
func (c *Call) Request(server string, o Options, token string) (*http.Request, error) {
	target, err := url.Parse(server)
	if err != nil {
		return nil, err
	}
	if target.Path, err = url.PathUnescape(c.Path); err != nil {
		return nil, err
	}
	target.RawPath, target.RawQuery = c.Path, api.FillInQuery(c.Query, c.secret(o), c.sign)
	body := api.FillIn(c.Body, c.secret(o), c.sign)
	if c.Code == "TWEED_BODY_TOO_LARGE" { // the journal keeps no such body
		body = bytes.Repeat([]byte(" "), int(min(max(o.BodyBytes, 0), maxInner))+1)
	}
	req, err := http.NewRequest(c.Method, target.String(), bytes.NewReader(body)) //nolint:noctx // the caller gives it one
	if err != nil {
		return nil, err
	}
	req.URL = target // its path as it is
	req.Host = c.Host
	for name, value := range c.Sent {
		if !slices.Contains(readHeaders, name) {
			return nil, errors.New("a case has no request header " + name)
		}
		req.Header.Set(name, value)
	}
	if req.Header.Get("Plaid-Secret") == api.Hidden {
		req.Header.Set("Plaid-Secret", c.secret(o))
	}
	if c.Token != nil {
		req.Header.Set("Authorization", c.Token.Before+token)
	}
	if _, named := c.Sent["User-Agent"]; !named {
		req.Header["User-Agent"] = nil // net/http would give it one
	}
	return req, nil
}

// secret is one that is accepted where the recorded one was. One that --strict refused for its
// form is the mark itself, which has no form.
func (c *Call) secret(o Options) string {
	switch {
	case c.refused():
		return wrong
	case o.Strict && c.Rule == "" && bytes.Contains(c.Reply, []byte("secret must be")):
		return api.Hidden
	}
	return StandIn
}

// refused tells whether the call's secret, or its signature, was a wrong one. An error that a
// rule gave does not say so: rules act on calls with good ones.
func (c *Call) refused() bool {
	return c.Rule == "" && slices.Contains([]string{"INVALID_API_KEYS", "1102", "TOKEN_REFUSED"}, c.Code)
}

// sign makes the signature of a login: HMAC-SHA512 with the secret of a replay. Legit refuses
// one of a wrong size whatever is pinned.
func (c *Call) sign(signed string) string {
	if c.refused() {
		return "AA"
	}
	mac := hmac.New(sha512.New, []byte(StandIn))
	mac.Write([]byte(strings.TrimSpace(signed)))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
