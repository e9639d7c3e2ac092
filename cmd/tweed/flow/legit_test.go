package flow_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"tweed/cmd/tweed/flow"
)

func TestSignLoginByGoJose(t *testing.T) {
	t.Parallel()
	const secret = "c2hhcmVkLXNlY3JldC1vZi1hdC1sZWFzdC1zaXh0eS1mb3VyLWJ5dGVzLWZvci1obWFjLXNoYTUxMg"
	at := time.Date(2026, 1, 5, 9, 30, 0, 0, time.FixedZone("EST", -5*3600))
	text, err := flow.SignLogin("apex_api", "correspondent.APX1", secret, at)
	require.NoError(t, err)
	jws, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.HS512})
	require.NoError(t, err)
	payload, err := jws.Verify([]byte(secret))
	require.NoError(t, err)
	var claims map[string]string
	require.NoError(t, json.Unmarshal(payload, &claims))
	require.Equal(t, map[string]string{
		"username": "apex_api", "entity": "correspondent.APX1", "datetime": "2026-01-05T09:30:00-05:00",
	}, claims)
	_, err = jws.Verify([]byte(secret + "x"))
	require.Error(t, err)
}

func TestLoginSendsAFreshJWS(t *testing.T) {
	t.Parallel()
	v, _, cfg := start(t)
	v.misbehave(pathLogin, unavailable())
	cfg.Backoff = 4 * time.Second
	_, err := flow.Run(t.Context(), cfg)
	require.NoError(t, err)
	require.NotEqual(t, v.body(pathLogin, 0)["jws"], v.body(pathLogin, 1)["jws"])
}
