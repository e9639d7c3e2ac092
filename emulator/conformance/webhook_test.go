package conformance

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/plaid/plaid-go/v41/plaid"
	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// maxAge is how old a webhook may be (plaid.com/docs/api/webhooks/webhook-verification).
const maxAge = 5 * time.Minute

// received is a webhook as it came.
type received struct {
	header http.Header
	body   []byte
}

// receiver is an application's endpoint for webhooks.
func receiver(t *testing.T) (url string, got <-chan received) {
	t.Helper()
	came := make(chan received, 10)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		came <- received{r.Header, body}
	}))
	t.Cleanup(server.Close)
	return server.URL, came
}

// verify follows the steps that Plaid publishes: the header of the JWT, whose alg must be ES256;
// the key of its kid; the signature; the age; the SHA-256 of the body, compared in constant time.
func (c *client) verify(r received, now time.Time) error {
	parsed, err := jose.ParseSignedCompact(r.header.Get("Plaid-Verification"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return err
	}
	answer, _, err := c.WebhookVerificationKeyGet(c.t.Context()).WebhookVerificationKeyGetRequest(
		*plaid.NewWebhookVerificationKeyGetRequest(parsed.Signatures[0].Header.KeyID)).Execute()
	if err != nil {
		return err
	}
	key := answer.GetKey()
	if expired, ok := key.GetExpiredAtOk(); ok && expired != nil {
		return errors.New("the key has expired")
	}
	x, err := base64.RawURLEncoding.DecodeString(key.GetX())
	if err != nil {
		return err
	}
	y, err := base64.RawURLEncoding.DecodeString(key.GetY())
	if err != nil {
		return err
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...)) // SEC 1
	if err != nil {
		return err
	}
	payload, err := parsed.Verify(public)
	if err != nil {
		return err
	}
	var claims struct {
		IssuedAt int64  `json:"iat"`
		SHA256   string `json:"request_body_sha256"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return err
	}
	if age := now.Sub(time.Unix(claims.IssuedAt, 0)); age > maxAge || age < -time.Second {
		return fmt.Errorf("it is %s old", age)
	}
	sum := sha256.Sum256(r.body)
	if subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(claims.SHA256)) != 1 {
		return errors.New("the body is another one")
	}
	return nil
}

// delivered is a webhook that the emulator has sent to a receiver.
func delivered(t *testing.T, emu *emulator.Emulator, got <-chan received) (*client, received) {
	t.Helper()
	c := newClient(t, emu.PlaidURL(), "")
	w := emu.World("default")
	token := w.Items()[0].AccessToken
	w.Advance(time.Hour) // the world's clock is not the receiver's
	_, _, err := c.SandboxItemResetLogin(t.Context()).SandboxItemResetLoginRequest(
		*plaid.NewSandboxItemResetLoginRequest(token)).Execute()
	require.NoError(t, err)
	w.Settle()
	return c, <-got
}

func withWebhook(url, iat string) emulator.Options {
	return emulator.Options{Scenario: &scenario.Scenario{
		Given:    scenario.Given{Items: []scenario.Item{{As: "alice", Webhook: url}}},
		Webhooks: scenario.Delivery{IAT: iat},
	}}
}

// TestWebhook: a webhook that was delivered is verified as Plaid tells receivers to, by their own
// clock; one that is old, or whose body was changed, is not.
func TestWebhook(t *testing.T) {
	t.Parallel()
	url, got := receiver(t)
	c, came := delivered(t, emulator.RunT(t, withWebhook(url, "")), got)
	require.NoError(t, c.verify(came, time.Now()))
	require.ErrorContains(t, c.verify(came, time.Now().Add(6*time.Minute)), "old")
	changed := came
	changed.body = append([]byte(" "), came.body...)
	require.EqualError(t, c.verify(changed, time.Now()), "the body is another one")

	url, got = receiver(t)
	c, came = delivered(t, emulator.RunT(t, withWebhook(url, scenario.IATWorld)), got)
	require.ErrorContains(t, c.verify(came, time.Now()), "old", "it is signed with the world's time")
	require.NoError(t, c.verify(came, emulator.RunT(t).World("default").Now().Add(time.Hour)))
}

// TestWebhookNode: the same in Node, with jose of npm.
func TestWebhookNode(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("node", "jose")
	packages := filepath.Join(npm().install(t, dir), "node_modules")
	url, got := receiver(t)
	emu := emulator.RunT(t, withWebhook(url, ""))
	_, came := delivered(t, emu, got)
	verify := func(body []byte, late time.Duration) ended {
		return bounded(t, runLimit, program{
			argv: []string{
				"node", filepath.Join(dir, "verify.js"), emu.PlaidURL(), came.header.Get("Plaid-Verification"),
				base64.StdEncoding.EncodeToString(body), fmt.Sprint(late.Seconds()),
			},
			env: []string{"NODE_PATH=" + packages, "NODE_OPTIONS="},
		})
	}
	good := verify(came.body, 0)
	require.Zero(t, good.code, good.stderr)
	require.Equal(t, "verified\n", good.stdout)
	require.Contains(t, verify(append([]byte(" "), came.body...), 0).stderr, "the body is another one")
	require.Contains(t, verify(came.body, 6*time.Minute).stderr, `"iat" claim timestamp check failed`)
}
