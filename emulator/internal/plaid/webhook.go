package plaid

import (
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/jws"
	"tweed/emulator/internal/world"
)

// webhookKeyID is the id of the Sandbox's key: recorded on 2020-01-22, and asked for by
// the tests of all five official SDKs. The private half is Plaid's, so Tweed signs with
// a key of its own under that id.
const webhookKeyID = "6c5516e1-92dc-479e-a8ff-5a51992e0001"

// webhookKeyCreated is the recorded created_at of that key, in seconds.
const webhookKeyCreated = 1560466143

var errKeyID = catalogue.Must(catalogue.Plaid, "INVALID_INPUT/INVALID_WEBHOOK_VERIFICATION_KEY_ID")

var webhookKeys = world.NewLocal(func(w *world.World) world.Key {
	return w.Key("plaid.webhook", elliptic.P256())
})

// sendWebhook signs a webhook as Plaid does and puts it into the world's outbox. The
// body is indented by two spaces with its keys sorted (observed); the signature is an
// ES256 JWT with the SHA-256 of exactly these bytes (plaid.com/docs/api/webhooks).
func sendWebhook(w *world.World, target string, payload map[string]any) {
	if target == "" {
		return
	}
	if _, given := payload["environment"]; !given {
		payload["environment"] = EnvironmentOf(w)
	}
	body, err := api.EncodeJSON(payload)
	if err != nil {
		panic("plaid: webhook: " + err.Error()) // made of our own types
	}
	sum := sha256.Sum256(body)
	claims, err := json.Marshal(map[string]any{
		"iat": w.Now().Unix(), "request_body_sha256": hex.EncodeToString(sum[:]),
	})
	if err != nil {
		panic("plaid: webhook: " + err.Error())
	}
	token, err := jws.Sign(webhookKeys.Of(w), map[string]string{"typ": "JWT", "kid": webhookKeyID}, claims)
	if err != nil {
		panic("plaid: webhook: " + err.Error())
	}
	w.Send(world.Message{
		Kind: "plaid.webhook", Target: target, Body: body,
		Headers: map[string]string{"Content-Type": "application/json", "Plaid-Verification": token},
	})
}

// webhookError is an error inside a webhook: with its HTTP status, and without the
// members that only an answer has (OpenAPI file, example of ItemErrorWebhook).
type webhookError struct {
	DisplayMessage *string `json:"display_message"`
	ErrorCode      string  `json:"error_code"`
	ErrorMessage   string  `json:"error_message"`
	ErrorType      string  `json:"error_type"`
	Status         int     `json:"status"`
}

func webhookErrorOf(e *catalogue.Error) webhookError {
	return webhookError{
		DisplayMessage: e.Display, ErrorCode: e.Row.Code, ErrorMessage: e.Message, ErrorType: e.Row.Type, Status: e.Status,
	}
}

// itemWebhook sends a webhook of type ITEM and keeps it as the Item's last one.
func itemWebhook(w *world.World, item *Item, code string, extra map[string]any) {
	if item.Webhook == "" {
		return
	}
	payload := map[string]any{"webhook_type": "ITEM", "webhook_code": code, "item_id": item.ID}
	for name, value := range extra {
		payload[name] = value
	}
	sendWebhook(w, item.Webhook, payload)
	item.sawWebhook(w, code)
}

// sawWebhook keeps a webhook as the Item's last one.
func (i *Item) sawWebhook(w *world.World, code string) {
	i.LastWebhook = &sent{CodeSent: code, SentAt: w.Now().Format(time.RFC3339)}
}

type keyGetRequest struct {
	KeyID string `json:"key_id"`
}

type jwk struct {
	Alg       string `json:"alg"`
	CreatedAt int64  `json:"created_at"`
	Crv       string `json:"crv"`
	ExpiredAt *int64 `json:"expired_at"`
	Kid       string `json:"kid"`
	Kty       string `json:"kty"`
	Use       string `json:"use"`
	X         string `json:"x"`
	Y         string `json:"y"`
}

type keyGetResponse struct {
	Key       jwk    `json:"key"`
	RequestID string `json:"request_id"`
}

// webhookVerificationKeyGet answers with the public key that webhooks are signed with.
// Errors: INVALID_WEBHOOK_VERIFICATION_KEY_ID.
func webhookVerificationKeyGet(c *api.Call, req keyGetRequest) (keyGetResponse, error) {
	if req.KeyID != webhookKeyID {
		return keyGetResponse{}, errKeyID.New()
	}
	point, err := webhookKeys.Of(c.World).PublicKey.Bytes() // 4, x, y (SEC 1)
	if err != nil {
		return keyGetResponse{}, err
	}
	half := (len(point) - 1) / 2
	return keyGetResponse{RequestID: c.RequestID, Key: jwk{
		Alg: "ES256", CreatedAt: webhookKeyCreated, Crv: "P-256", Kid: webhookKeyID, Kty: "EC", Use: "sig",
		X: base64.RawURLEncoding.EncodeToString(point[1 : 1+half]),
		Y: base64.RawURLEncoding.EncodeToString(point[1+half:]),
	}}, nil
}
