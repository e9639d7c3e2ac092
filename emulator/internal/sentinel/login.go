package sentinel

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
)

// login is the JWS of client credentials that Legit trades for a token.
type login struct {
	Username, Entity string

	header, payload []byte // decoded
	signed          string // header and payload as they were received, with the dot between
	signature       []byte
}

// What is wrong with a login goes to the journal only: Legit's answer is empty.
var (
	errLoginForm    = errors.New("the JWS is not three segments of base64url")
	errLoginHeader  = errors.New(`the header of the JWS is not JSON with alg HS512`)
	errLoginPayload = errors.New("the payload of the JWS lacks one of username, entity and datetime")
	errLoginSize    = errors.New("the signature of the JWS is not 64 bytes long")
	errLoginUser    = errors.New("no credentials of the scenario have this username and entity")
	errLoginSecret  = errors.New("the signature of the JWS was not made with the scenario's shared secret")
)

// parseLogin reads a login in compact form. Header variants of real clients are {"alg":"HS512"} (Alpaca's gobroker,
// klane67/apex_clearing), {"cty":"JWS","alg":"HS512"} (Apex's own Python samples) and {"alg":"HS512","typ":"JWT"}
// (motoqueiro/ApexClearingSDK). The age of datetime, and whether one JWS may be used twice, are not checked: what
// Legit does is not public.
func parseLogin(jws string) (login, error) {
	segments := strings.Split(strings.TrimSpace(jws), ".")
	if len(segments) != 3 {
		return login{}, errLoginForm
	}
	var decoded [3][]byte
	for i, segment := range segments {
		var err error
		if decoded[i], err = decodeSegment(segment); err != nil {
			return login{}, errLoginForm
		}
	}
	l := login{
		header: decoded[0], payload: decoded[1], signature: decoded[2],
		signed: segments[0] + "." + segments[1],
	}
	header, err := members(l.header)
	if err != nil || header["alg"] != "HS512" {
		return login{}, errLoginHeader
	}
	payload, err := members(l.payload)
	if err != nil {
		return login{}, errLoginPayload
	}
	l.Username, _ = payload["username"].(string)
	l.Entity, _ = payload["entity"].(string)
	if sent, _ := payload["datetime"].(string); l.Username == "" || l.Entity == "" || sent == "" {
		return login{}, errLoginPayload
	}
	if len(l.signature) != sha512.Size {
		return login{}, errLoginSize
	}
	return l, nil
}

// decodeSegment reads base64url without padding, and standard base64 and padding as well: Apex's own Python samples
// send header and payload in standard base64 with the padding stripped.
func decodeSegment(s string) ([]byte, error) {
	s = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(s, "="))
	return base64.RawURLEncoding.DecodeString(s)
}

// members reads a JSON object with the exact names of its members, unlike a struct's, which match without case.
func members(text []byte) (map[string]any, error) {
	var out map[string]any
	err := json.Unmarshal(text, &out)
	return out, err
}

// signedWith says whether the login was signed with a secret: HMAC-SHA512 over the received bytes, keyed with the
// secret as it is. The base64url form of the same bytes is tried as well, for clients that send another form than the
// one that they signed (inferred from Apex's own Python samples).
func (l login) signedWith(secret string) bool {
	canonical := base64.RawURLEncoding.EncodeToString(l.header) + "." + base64.RawURLEncoding.EncodeToString(l.payload)
	for _, text := range []string{l.signed, canonical} {
		mac := hmac.New(sha512.New, []byte(secret))
		mac.Write([]byte(text))
		if hmac.Equal(mac.Sum(nil), l.signature) {
			return true
		}
	}
	return false
}

// allowed compares a login with the credentials that the scenario pins; user is the name without a world's name.
// Without any pinned ones there is no secret to compare with, and every login of the right form is good.
func (l login) allowed(user string, pinned []Credentials) error {
	if len(pinned) == 0 {
		return nil
	}
	problem := errLoginUser
	for _, c := range pinned {
		if c.Username != "" && c.Username != user || c.Entity != "" && !strings.EqualFold(c.Entity, l.Entity) {
			continue
		}
		if c.SharedSecret == "" || l.signedWith(c.SharedSecret) {
			return nil
		}
		problem = errLoginSecret
	}
	return problem
}
