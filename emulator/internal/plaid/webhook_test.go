package plaid

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/contract"
	"tweed/emulator/internal/world"
)

// linked links an Item with a webhook.
func (s *tester) linked(webhook string) object {
	s.t.Helper()
	return object{"access_token": s.exchange(s.good("/sandbox/public_token/create", object{
		"institution_id": "ins_109508", "initial_products": []string{"auth"}, "options": object{"webhook": webhook},
	}).text("public_token"))}
}

// outbox are all webhooks so far. Each is as the contract says of one of its name.
func (s *tester) outbox() (out []world.Message) {
	s.t.Helper()
	s.in(func(w *world.World) { out = w.Outbox() })
	for _, m := range out {
		s.sentSchemas(m)
	}
	return out
}

// sentSchemas are the contract's webhooks that a message can be: it has their name and form.
func (s *tester) sentSchemas(m world.Message) (schemas []string) {
	s.t.Helper()
	body, err := api.DecodeJSON(&api.Request{Body: m.Body})
	require.NoError(s.t, err)
	var faults []string
	named := false
	for _, kind := range contract.Webhooks() {
		if kind.Name() != m.Name {
			continue
		}
		named = true
		if differs := kind.Check(body.Fields); len(differs) > 0 {
			faults = append(faults, differs...)
			continue
		}
		schemas = append(schemas, kind.Schema)
	}
	require.True(s.t, !named || len(schemas) > 0, "%s: %s\n%s", m.Name, faults, m.Body)
	return schemas
}

// The bytes of the webhook that /sandbox/item/reset_login sends.
func TestWebhookBody(t *testing.T) {
	t.Parallel()
	s := serve(t)
	item := s.linked("https://example.com/hook")
	id := s.good("/item/get", item).text("item", "item_id")
	s.advance(time.Minute)
	s.good("/sandbox/item/reset_login", item)
	sent := s.outbox()
	require.Len(t, sent, 1)
	require.Equal(t, `{
  "environment": "sandbox",
  "error": {
    "display_message": null,
    "error_code": "ITEM_LOGIN_REQUIRED",
    "error_message": "`+loginRequired.message+`",
    "error_type": "ITEM_ERROR",
    "status": 400
  },
  "item_id": "`+id+`",
  "webhook_code": "ERROR",
  "webhook_type": "ITEM"
}`, string(sent[0].Body))
	require.Equal(t, "https://example.com/hook", sent[0].Target)
	require.Equal(t, "plaid.webhook", sent[0].Kind)
	require.Equal(t, monday.Add(time.Minute), sent[0].At)
	require.Equal(t, "application/json", sent[0].Headers["Content-Type"])
	require.Len(t, sent[0].Headers, 2)
}

// A receiver verifies the signature with the key that the API answers with.
func TestWebhookSignature(t *testing.T) {
	t.Parallel()
	s := serve(t)
	item := s.linked("https://example.com/hook")
	s.advance(time.Hour)
	s.good("/sandbox/item/reset_login", item)
	message := s.outbox()[0]
	token := message.Headers["Plaid-Verification"]

	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	require.NoError(t, err)
	header, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[0])
	require.NoError(t, err)
	require.JSONEq(t, `{"alg":"ES256","kid":"6c5516e1-92dc-479e-a8ff-5a51992e0001","typ":"JWT"}`, string(header))

	r := s.good("/webhook_verification_key/get", object{"key_id": parsed.Signatures[0].Header.KeyID})
	claims, err := parsed.Verify(s.publicKey(r))
	require.NoError(t, err)
	var body struct {
		IssuedAt int64  `json:"iat"`
		SHA256   string `json:"request_body_sha256"`
	}
	require.NoError(t, json.Unmarshal(claims, &body))
	sum := sha256.Sum256(message.Body)
	require.Equal(t, hex.EncodeToString(sum[:]), body.SHA256, "of exactly the bytes sent")
	require.Equal(t, monday.Add(time.Hour).Unix(), body.IssuedAt)
}

// publicKey makes a key of the answer's x and y.
func (s *tester) publicKey(r reply) *ecdsa.PublicKey {
	s.t.Helper()
	point := []byte{4} // uncompressed (SEC 1)
	for _, name := range []string{"x", "y"} {
		raw, err := base64.RawURLEncoding.DecodeString(r.text("key", name))
		require.NoError(s.t, err)
		require.Len(s.t, raw, 32)
		point = append(point, raw...)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	require.NoError(s.t, err)
	return key
}

func TestWebhookVerificationKeyGet(t *testing.T) {
	t.Parallel()
	s := serve(t)
	r := s.good("/webhook_verification_key/get", object{"key_id": webhookKeyID})
	require.Len(t, r.Fields, 2)
	require.Equal(t, object{ // recorded 2020-01-22, but for x and y
		"alg": "ES256", "created_at": json.Number("1560466143"), "crv": "P-256", "expired_at": nil, "kid": webhookKeyID,
		"kty": "EC", "use": "sig", "x": r.text("key", "x"), "y": r.text("key", "y"),
	}, r.at("key"))
	other := s.as("client@other", "secret").good("/webhook_verification_key/get", object{"key_id": webhookKeyID})
	require.Equal(t, r.at("key"), other.at("key"), "all worlds of a seed share the key")

	for _, id := range []string{"not-a-key-id", strings.ToUpper(webhookKeyID), "11111111-2222-4333-8444-555555555555"} {
		s.refused("/webhook_verification_key/get", object{"key_id": id}, wrong{
			key: "INVALID_INPUT/INVALID_WEBHOOK_VERIFICATION_KEY_ID",
			message: "invalid key_id provided. note that key_ids are specific to Plaid environments, and verification " +
				"requests must be made to the same environment that the webhook was sent from",
		})
	}
	s.refused("/webhook_verification_key/get", object{}, missingFields("key_id"))
	s.refused("/webhook_verification_key/get", object{"key_id": nil}, invalidField("key_id must be a non-empty string"))
}

func TestNoWebhook(t *testing.T) {
	t.Parallel()
	s := serve(t)
	item := object{"access_token": s.accessToken()}
	s.good("/sandbox/item/reset_login", item)
	require.Empty(t, s.outbox())
	require.Nil(t, s.good("/item/get", item).at("status", "last_webhook"))
}
