package plaid

import (
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/jws"
	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
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

// webhookKind is what the world calls the messages that are Plaid's webhooks.
const webhookKind = "plaid.webhook"

func init() { world.NewKind(webhookKind, world.Kind{Dress: signWebhook, Again: webhookAgain}) }

// sendWebhook puts a webhook into the world's outbox, unless a rule drops it. The body is
// indented by two spaces with its keys sorted (observed).
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
	m := world.Message{
		Kind: webhookKind, Name: fmt.Sprint(payload["webhook_type"], ".", payload["webhook_code"]), Target: target,
		Body: body, About: aboutWebhook(w, payload), Headers: map[string]string{"Content-Type": "application/json"},
	}
	ruled := rules.Of(w).Webhook(m.Name, world.Facts(m.About), rules.Progress{World: w})
	w.Send(m, world.Handling{
		Rule: ruled.Rule, Drop: ruled.Drop, Copies: ruled.Duplicate, Delay: ruled.Delay, Behind: ruled.Reorder,
	})
}

// aboutWebhook are the facts of a webhook.
func aboutWebhook(w *world.World, payload map[string]any) map[string]string {
	a := &about{}
	a.account, _ = payload["account_id"].(string)
	if id, ok := payload["item_id"].(string); ok {
		a.ofItemID(w, id)
	}
	if a.account != "" {
		a.ofAccount(w)
	}
	facts := map[string]string{"world": w.Name()}
	for _, name := range scenario.WebhookFacts() {
		if value, ok := a.Fact(name); ok {
			facts[name], _ = value.(string)
		}
	}
	return facts
}

// signWebhook returns the header with the signature: an ES256 JWT with the SHA-256 of exactly the
// bytes of the body (plaid.com/docs/api/webhooks/webhook-verification).
func signWebhook(w *world.World, m *world.Message, signed time.Time) map[string]string {
	sum := sha256.Sum256(m.Body)
	claims, err := json.Marshal(map[string]any{
		"iat": signed.Unix(), "request_body_sha256": hex.EncodeToString(sum[:]),
	})
	if err != nil {
		panic("plaid: webhook: " + err.Error())
	}
	token, err := jws.Sign(webhookKeys.Of(w), map[string]string{"typ": "JWT", "kid": webhookKeyID}, claims)
	if err != nil {
		panic("plaid: webhook: " + err.Error())
	}
	return map[string]string{"Plaid-Verification": token}
}

// Plaid's plan of retries (plaid.com/docs/api/webhooks, "Webhook retries"): up to 24 hours, the
// first after 30 seconds, each next after four times as long. A receiver that has refused more
// than 90 % of its webhooks in 24 hours gets no retries. From how many webhooks on that counts
// is not public; ten is assumed.
const (
	retryFirst   = 30 * time.Second
	retryFactor  = 4
	retryWithin  = 24 * time.Hour
	retryRefused = 90 // percent
	retryEnough  = 10
)

// webhookAgain says when a webhook is tried again that its receiver refused.
func webhookAgain(w *world.World, m *world.Message) (after time.Duration, ok bool, why string) {
	tries := m.Attempts[m.From:]
	last := tries[len(tries)-1].At
	after = retryFirst
	for range len(tries) - 1 {
		after *= retryFactor
	}
	if last.Add(after).Sub(tries[0].At) > retryWithin {
		return 0, false, "given up: it was tried for 24 hours"
	}
	tried, refused := w.Refusals(m.Target, last.Add(-retryWithin))
	if tried >= retryEnough && refused*100 > tried*retryRefused {
		return 0, false, fmt.Sprintf("given up: the receiver refused %d of %d webhooks within 24 hours", refused, tried)
	}
	return after, true, ""
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
