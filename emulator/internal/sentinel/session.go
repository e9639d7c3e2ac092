package sentinel

import (
	"crypto/elliptic"
	"encoding/json"
	"strings"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/jws"
	"tweed/emulator/internal/world"
)

// claims are the members of Legit's JWT, in the order of a recorded verify answer (motoqueiro/ApexClearingSDK tests).
type claims struct {
	UserEntity string   `json:"user_entity"`
	UserIP     string   `json:"user_ip"`
	Subject    string   `json:"sub"` // the user name as it was sent, with a world's name
	Audience   []string `json:"aud"`
	NotBefore  int64    `json:"nbf"` // this and the other times: seconds since 1970
	Issuer     string   `json:"iss"`
	UserClass  string   `json:"user_class"`
	Expires    int64    `json:"exp"`
	IssuedAt   int64    `json:"iat"`
	ID         string   `json:"jti"`
}

// Recorded: exp - iat = 90000 s, nbf = iat - 300 s (motoqueiro/ApexClearingSDK tests).
const (
	tokenLife = 25 * time.Hour
	tokenSkew = 5 * time.Minute

	issuer    = "apexclearing.com"
	userClass = "CLIENT_CREDENTIALS_USER"
	userIP    = "127.0.0.1" // the caller's real address would differ from run to run
)

// session is a token that Legit gave out. Logout deletes it.
type session struct {
	Token  string `json:"token"`
	Claims claims `json:"claims"`
}

var sessions = world.NewTable[session]("legit.session", 1) // by jti

// signingKeys are derived once per world: a P-521 key takes a while.
var signingKeys = world.NewLocal(func(w *world.World) world.Key { return w.Key("legit", elliptic.P521()) })

// openSession makes and stores a token: ES512 with the header {"alg":"ES512","cty":"text/plain"}, as in a sample token
// of motoqueiro/ApexClearingSDK. Clients treat it as opaque.
func openSession(w *world.World, username, entity string) (string, error) {
	now := w.Now()
	c := claims{
		UserEntity: entity, UserIP: userIP, Subject: username, Audience: []string{issuer},
		NotBefore: now.Add(-tokenSkew).Unix(), Issuer: issuer, UserClass: userClass,
		Expires: now.Add(tokenLife).Unix(), IssuedAt: now.Unix(), ID: w.UUID("legit.session"),
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	token, err := jws.Sign(signingKeys.Of(w), map[string]string{"cty": "text/plain"}, payload)
	if err != nil {
		return "", err
	}
	sessions.Put(w, c.ID, session{Token: token, Claims: c})
	return token, nil
}

// findSession returns the session of a token that is known, not expired by world time and not logged out.
func findSession(w *world.World, token string) (session, bool) {
	c, ok := claimsOf(token)
	if !ok {
		return session{}, false
	}
	s, ok := sessions.Get(w, c.ID)
	if !ok || s.Token != token || w.Now().Unix() >= s.Claims.Expires {
		return session{}, false
	}
	return s, true
}

// claimsOf reads a token without verifying it, to find its world and its session.
func claimsOf(token string) (c claims, ok bool) {
	segments := strings.Split(token, ".")
	if len(segments) != 3 {
		return c, false
	}
	payload, err := decodeSegment(segments[1])
	if err != nil || json.Unmarshal(payload, &c) != nil {
		return claims{}, false
	}
	return c, true
}

// bearer returns the token of the header Authorization. Real clients send it alone (Alpaca's gobroker, Apex's own
// samples), after "Bearer ", or after the name of the header (klane67/apex_clearing).
func bearer(header string) string {
	token := strings.TrimSpace(header)
	for _, word := range []string{"Authorization:", "Bearer "} {
		if len(token) >= len(word) && strings.EqualFold(token[:len(word)], word) {
			token = strings.TrimSpace(token[len(word):])
		}
	}
	return token
}

// tokenClient finds who calls in the token's claims.
func tokenClient(req *api.Request, _ api.Body) api.Client {
	c, _ := claimsOf(bearer(req.Header.Get("Authorization")))
	return clientOf(c.Subject)
}

func clientOf(username string) api.Client {
	name, world := api.SplitClient(username)
	return api.Client{ID: name, World: world, Found: username != "", Strict: username}
}
