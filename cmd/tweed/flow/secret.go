package flow

import (
	"regexp"
	"strings"
)

// Secret is text that is sent but never shown: printing, logging and JSON give a placeholder.
type Secret string

const (
	redacted = "[redacted]"
	// shortestSecret is the length from which on a secret is searched for in vendors' answers: a secret of one letter
	// would blacken every word.
	shortestSecret = 6
)

// String returns a placeholder.
func (Secret) String() string { return redacted }

// GoString returns a placeholder, for %#v.
func (Secret) GoString() string { return redacted }

// MarshalText returns a placeholder, for JSON and structured logs.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Forms of tokens: Plaid's TYPE-ENVIRONMENT-IDENTIFIER, and compact JWS and JWT.
var (
	tokenForm = regexp.MustCompile(`\b[a-z]+(?:-[a-z]+)*-(?:sandbox|development|production)-[0-9A-Za-z-]+`)
	jwtForm   = regexp.MustCompile(`\beyJ[0-9A-Za-z_+/-]*\.[0-9A-Za-z_+/-]+\.[0-9A-Za-z_+/-]+`)
)

// Shorten cuts a token to what is needed to recognise it: Plaid's prefix and eight characters of the identifier.
// Text that is no token and no longer than 12 characters is left alone.
func Shorten(token string) string {
	const keep = 8
	for _, env := range []string{"-sandbox-", "-development-", "-production-"} {
		if at := strings.Index(token, env); at > 0 {
			at += len(env)
			if len(token) > at+keep {
				return token[:at+keep] + "…"
			}
			return token
		}
	}
	if r := []rune(token); len(r) > keep+4 {
		return string(r[:keep]) + "…"
	}
	return token
}

// conceal takes everything out of a vendor's text that must not be printed: the run's own secrets, tokens and JWTs.
func (c *Client) conceal(text string) string {
	secrets := []string{string(c.cfg.Plaid.Secret), string(c.jwt)}
	if c.cfg.Sentinel != nil {
		secrets = append(secrets, string(c.cfg.Sentinel.SharedSecret))
	}
	for _, s := range secrets {
		if len(s) >= shortestSecret {
			text = strings.ReplaceAll(text, s, redacted)
		}
	}
	text = jwtForm.ReplaceAllString(text, redacted)
	return tokenForm.ReplaceAllStringFunc(text, Shorten)
}

// excerpt makes a vendor's body fit for one line of a report: concealed, without control characters (which could
// drive a terminal), at most 200 characters.
func (c *Client) excerpt(body []byte) string {
	const limit = 200
	text := []rune(oneLine(c.conceal(string(body))))
	if len(text) > limit {
		return string(text[:limit]) + "…"
	}
	return string(text)
}
