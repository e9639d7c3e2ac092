package emulator_test

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// webhookScenario has one Item, with a webhook.
func webhookScenario() *scenario.Scenario {
	return &scenario.Scenario{Given: scenario.Given{Items: []scenario.Item{
		{As: "alice", Webhook: "http://127.0.0.1:9/hook"},
	}}}
}

// verifyWebhook does what Plaid tells receivers to do (plaid.com/docs/api/webhooks/
// webhook-verification): take the key id out of the header of the JWT, whose alg must be
// ES256; get the key; verify the signature; refuse one that is more than five minutes old;
// compare the SHA-256 of the body.
func verifyWebhook(t *testing.T, c *client, m emulator.Webhook, now time.Time) {
	t.Helper()
	token := m.Headers["Plaid-Verification"]
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	require.NoError(t, err)
	header := parsed.Signatures[0].Protected
	require.Equal(t, "ES256", header.Algorithm)
	require.Equal(t, "JWT", header.ExtraHeaders[jose.HeaderType])

	got := c.ok("/webhook_verification_key/get", fields{"key_id": header.KeyID})
	text, err := json.Marshal(got.at("key"))
	require.NoError(t, err)
	var key jose.JSONWebKey
	require.NoError(t, json.Unmarshal(text, &key))
	require.True(t, key.Valid())
	require.True(t, key.IsPublic())
	require.Equal(t, header.KeyID, key.KeyID)
	require.Nil(t, got.at("key", "expired_at"))

	payload, err := parsed.Verify(key)
	require.NoError(t, err)
	var claims struct {
		IAT    int64  `json:"iat"`
		SHA256 string `json:"request_body_sha256"`
	}
	require.NoError(t, json.Unmarshal(payload, &claims))
	age := now.Sub(time.Unix(claims.IAT, 0))
	require.GreaterOrEqual(t, age, time.Duration(0))
	require.Less(t, age, 5*time.Minute)
	sum := sha256.Sum256(m.Body)
	require.Equal(t, 1, subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(claims.SHA256)))

	other := m.Body[:len(m.Body)-1]
	sum = sha256.Sum256(other)
	require.NotEqual(t, hex.EncodeToString(sum[:]), claims.SHA256)
	_, err = jose.ParseSignedCompact(token[:len(token)-4]+"AAAA", []jose.SignatureAlgorithm{jose.ES256})
	if err == nil {
		forged, _ := jose.ParseSignedCompact(token[:len(token)-4]+"AAAA", []jose.SignatureAlgorithm{jose.ES256})
		_, err = forged.Verify(key)
	}
	require.Error(t, err)
}

// TestWebhookOfResetLogin: reset_login sends ITEM/ERROR in Plaid's form, signed so that a
// receiver can verify it, at the world's time, and shows in /item/get.
func TestWebhookOfResetLogin(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{Scenario: webhookScenario()})
	w := emu.World("default")
	c := newClient(t, emu, "")
	item := w.Items()[0]
	w.Advance(time.Hour)
	require.Empty(t, w.Webhooks())
	c.ok("/sandbox/item/reset_login", fields{"access_token": item.AccessToken})

	sent := w.Webhooks()
	require.Len(t, sent, 1)
	require.Equal(t, "http://127.0.0.1:9/hook", sent[0].Target)
	require.Equal(t, w.Now(), sent[0].At)
	require.Equal(t, "application/json", sent[0].Headers["Content-Type"])
	require.NoError(t, sortedKeys(string(sent[0].Body)))
	require.Equal(t, []string{"environment", "error", "item_id", "webhook_code", "webhook_type"}, topKeys(t, string(sent[0].Body)))
	var body reply
	require.NoError(t, json.Unmarshal(sent[0].Body, &body.Fields))
	require.Equal(t, []string{"ITEM", "ERROR", item.ItemID, "sandbox", "ITEM_LOGIN_REQUIRED"}, []string{
		body.text("webhook_type"), body.text("webhook_code"), body.text("item_id"), body.text("environment"),
		body.text("error", "error_code"),
	})
	require.NotContains(t, body.at("error"), "request_id", "it is left out inside webhooks")
	verifyWebhook(t, c, sent[0], w.Now().Add(time.Minute))

	got := c.ok("/item/get", fields{"access_token": item.AccessToken})
	require.Equal(t, "ERROR", got.text("status", "last_webhook", "code_sent"))
	require.Equal(t, "ITEM_LOGIN_REQUIRED", got.text("item", "error", "error_code"))
	c.refused(400, "ITEM_ERROR/ITEM_LOGIN_REQUIRED", "/auth/get", fields{"access_token": item.AccessToken})
}

// TestWebhookDeterminism: the same seed signs with the same key and the same signature,
// another seed with another.
func TestWebhookDeterminism(t *testing.T) {
	t.Parallel()
	sign := func(seed uint64) string {
		emu := emulator.RunT(t, emulator.Options{Seed: seed, Scenario: webhookScenario()})
		c := newClient(t, emu, "")
		c.ok("/sandbox/item/reset_login", fields{"access_token": emu.World("default").Items()[0].AccessToken})
		return emu.World("default").Webhooks()[0].Headers["Plaid-Verification"]
	}
	first := sign(1)
	require.Equal(t, first, sign(1))
	require.NotEqual(t, first, sign(2))
}

// TestWebhookKeyUnknown: an unknown key id is refused as at Plaid.
func TestWebhookKeyUnknown(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "")
	c.refused(400, "INVALID_INPUT/INVALID_WEBHOOK_VERIFICATION_KEY_ID", "/webhook_verification_key/get", fields{"key_id": "not-a-key-id"})
}

// TestWebhookFacts: each fact of a webhook decides whether a rule acts on it.
func TestWebhookFacts(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{
		Webhooks: emulator.WebhookOptions{Mode: scenario.ModeCollect},
		Scenario: &scenario.Scenario{Given: scenario.Given{Items: []scenario.Item{
			{As: "alice", Webhook: "http://127.0.0.1:9/hook", ClientUserID: "u-1"},
		}}},
	})
	item := emu.World("default").Items()[0]
	values := map[string]string{
		"account_id": item.Accounts[0].ID, "account_mask": item.Accounts[0].Mask, "client_user_id": "u-1",
		"institution_id": item.Institution, "item": item.ItemID, "item_alias": "alice", "user": item.User, "world": "default",
	}
	require.Len(t, values, len(scenario.WebhookFacts()))
	c := newClient(t, emu, "")
	w := emu.World("default")
	for _, fact := range scenario.WebhookFacts() {
		for _, value := range []string{values[fact], "other"} {
			remove := w.Rule(scenario.Rule{
				Name: "asked", Webhook: "AUTH.SMS_MICRODEPOSITS_VERIFICATION",
				Where: scenario.Where{fact: scenario.Is(value)}, Then: scenario.Drop(),
			})
			c.ok("/sandbox/item/fire_webhook", fields{
				"access_token": item.AccessToken, "webhook_type": "AUTH", "webhook_code": "SMS_MICRODEPOSITS_VERIFICATION",
			})
			remove()
			all := w.Webhooks()
			require.Equal(t, value != "other", all[len(all)-1].State == "dropped", "%s = %s", fact, value)
		}
	}
}
