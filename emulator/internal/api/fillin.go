package api

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
)

// What Redact leaves of secrets and of signatures.
var (
	takenJSON    = regexp.MustCompile(`("(?:secret|sharedSecret|shared_secret)"\s*:\s*")\[redacted\]`)
	takenForm    = regexp.MustCompile(`((?:^|&)(?:secret|sharedSecret|shared_secret)=)%5Bredacted%5D`)
	unsignedJSON = regexp.MustCompile(`("jws"\s*:\s*")([^".]*\.[^".]*)(\.)\[redacted\]`)
	unsignedForm = regexp.MustCompile(`((?:^|&)jws=)([^&]*?(?:\.|%2[Ee])[^&]*?)(\.|%2[Ee])%5Bredacted%5D`)
)

// FillIn puts a secret and a signature where Redact has taken them out, for a replay. sign is
// given what the signature of a JWS is of: its header and payload with the dot between.
func FillIn(body []byte, secret string, sign func(signed string) string) []byte {
	text := fillIn(string(body), takenJSON, unsignedJSON, secret, func(jws string) string {
		var plain string
		if json.Unmarshal([]byte(`"`+jws+`"`), &plain) != nil {
			plain = jws
		}
		return sign(plain)
	})
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return []byte(text)
	}
	return []byte(FillInQuery(text, secret, sign))
}

// FillInQuery is FillIn for the query of an address, where a "+" of standard base64 stands
// for itself.
func FillInQuery(query, secret string, sign func(signed string) string) string {
	return fillIn(query, takenForm, unsignedForm, url.QueryEscape(secret), func(jws string) string {
		plain, err := url.PathUnescape(jws)
		if err != nil {
			plain = jws
		}
		return sign(strings.ReplaceAll(plain, " ", "+"))
	})
}

func fillIn(text string, taken, unsigned *regexp.Regexp, secret string, sign func(string) string) string {
	text = taken.ReplaceAllStringFunc(text, func(found string) string {
		return taken.FindStringSubmatch(found)[1] + secret
	})
	return unsigned.ReplaceAllStringFunc(text, func(found string) string {
		m := unsigned.FindStringSubmatch(found)
		return m[1] + m[2] + m[3] + sign(m[2])
	})
}
