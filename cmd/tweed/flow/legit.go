package flow

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"regexp"
	"time"
)

// SignLogin makes the JWS that Legit exchanges for a token: compact form, HMAC-SHA512 over header and payload, keyed
// with the bytes of the shared secret exactly as issued, not base64-decoded (public clients of Legit, 2016 to 2019).
// The payload is username, entity and datetime in RFC 3339 with zone; how old datetime may be is not public.
func SignLogin(username, entity string, secret Secret, now time.Time) (string, error) {
	payload, err := json.Marshal(struct {
		Username string `json:"username"`
		Entity   string `json:"entity"`
		Datetime string `json:"datetime"`
	}{username, entity, now.Format(time.RFC3339)})
	if err != nil {
		return "", err
	}
	b64 := base64.RawURLEncoding
	signed := b64.EncodeToString([]byte(`{"alg":"HS512"}`)) + "." + b64.EncodeToString(payload)
	mac := hmac.New(sha512.New, []byte(secret))
	mac.Write([]byte(signed))
	return signed + "." + b64.EncodeToString(mac.Sum(nil)), nil
}

var wholeJWT = regexp.MustCompile(`^[0-9A-Za-z_-]+\.[0-9A-Za-z_-]+\.[0-9A-Za-z_-]+$`)

var errNotJWT = errors.New("expected a JWT as plain text")

// login gets a token from Legit. The answer is the JWT as raw text whatever its content type (observed:
// application/octet-stream). It is opaque to clients and lives about a day. A repeated login is a new JWS with the time
// of the repeat, in case a server refuses an old one.
func (c *Client) login(ctx context.Context, rec *Step) error {
	s := c.cfg.Sentinel
	var jwt string
	k := &call{
		service: serviceLegit, method: "POST", path: "/legit/api/v1/cc/token", freely: true,
		body: func() ([]byte, error) {
			jws, err := SignLogin(s.Username, s.Entity, s.SharedSecret, c.cfg.Now())
			if err != nil {
				return nil, err
			}
			return json.Marshal(map[string]string{"jws": jws})
		},
		decode: func(data []byte) error {
			data = bytes.TrimSpace(data)
			if !wholeJWT.Match(data) {
				return errNotJWT
			}
			jwt = string(data)
			return nil
		},
	}
	if err := c.do(ctx, rec, k); err != nil {
		return err
	}
	c.jwt = Secret(jwt)
	return nil
}
