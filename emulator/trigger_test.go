package emulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// TestTrigger: a webhook that the control API or Go sends goes out over the wire, signed, and
// a case has it.
func TestTrigger(t *testing.T) {
	t.Parallel()
	came := make(chan []byte, 4)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		came <- body
	}))
	t.Cleanup(receiver.Close)
	emu := emulator.RunT(t, emulator.Options{Scenario: webhookScenario()})
	w := emu.World("default")
	c := newClient(t, emu, "")
	alice := w.Items()[0]
	c.ok("/item/webhook/update", fields{"access_token": alice.AccessToken, "webhook": receiver.URL})
	w.Settle()
	<-came

	r := c.good("POST", "webhooks", `{"webhook": "ITEM.ERROR", "item": "alice", "set": {"error.error_code": "NO_ACCOUNTS"}}`)
	require.Equal(t, "sent ITEM.ERROR to "+receiver.URL, r.text("done"))
	require.Equal(t, "ItemErrorWebhook", r.text("schema"))
	require.Equal(t, "NO_ACCOUNTS", r.text("body", "error", "error_code"))
	w.Settle()
	text, err := json.Marshal(r.at("body"))
	require.NoError(t, err)
	require.JSONEq(t, string(text), string(<-came))

	require.NoError(t, w.Trigger(emulator.TriggerOptions{Webhook: "PENDING_DISCONNECT", Item: alice.ItemID}))
	w.Settle()
	require.Contains(t, string(<-came), `"webhook_code": "PENDING_DISCONNECT"`)
	sent := w.Webhooks()
	require.Len(t, sent, 3)
	verifyWebhook(t, c, sent[2], w.Now().Add(time.Minute))
	require.Equal(t, "PENDING_DISCONNECT", c.ok("/item/get", fields{"access_token": alice.AccessToken}).text(
		"status", "last_webhook", "code_sent"))

	require.EqualError(t, w.Trigger(emulator.TriggerOptions{Webhook: "ITEM.ERROR", Item: "alise"}),
		`world default has no Item "alise"; did you mean alice?`)
	require.ErrorContains(t, w.Trigger(emulator.TriggerOptions{Webhook: "ITEM.ERROR", Data: map[string]any{"x": func() {}}}), "json")
	require.Len(t, w.Webhooks(), 3, "a refusal sends nothing")
}

// TestTriggerInCase: a replay sends what was triggered at its place.
func TestTriggerInCase(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{Scenario: webhookScenario()})
	w := emu.World("default")
	c := newClient(t, emu, "")
	item := fields{"access_token": w.Items()[0].AccessToken}
	c.ok("/item/get", item)
	c.good("POST", "webhooks", `{"webhook": "ITEM.NEW_ACCOUNTS_AVAILABLE"}`)
	w.Advance(time.Hour)
	require.Equal(t, "NEW_ACCOUNTS_AVAILABLE", c.ok("/item/get", item).text("status", "last_webhook", "code_sent"))
	require.NoError(t, w.Trigger(emulator.TriggerOptions{Webhook: "LOGIN_REPAIRED"}))
	require.Equal(t, "LOGIN_REPAIRED", c.ok("/item/get", item).text("status", "last_webhook", "code_sent"))
	replayed(t, w)
}

// TestTriggerDeterminism: the same calls of a seed send the same bytes of all webhooks.
func TestTriggerDeterminism(t *testing.T) {
	t.Parallel()
	sent := func(seed uint64) (out []string) {
		emu := emulator.RunT(t, emulator.Options{Seed: seed, Scenario: webhookScenario()})
		w := emu.World("default")
		for _, kind := range emulator.Webhooks() {
			require.NoError(t, w.Trigger(emulator.TriggerOptions{Webhook: kind.Schema, To: "http://127.0.0.1:9/hook"}))
		}
		for _, m := range w.Webhooks() {
			out = append(out, string(m.Body)+m.Headers["Plaid-Verification"])
		}
		return out
	}
	first := sent(1)
	require.Len(t, first, 92)
	require.Equal(t, first, sent(1))
	require.NotEqual(t, first, sent(2))
}

// TestTriggerRefused: the control API says what would be right.
func TestTriggerRefused(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "")
	for body, want := range map[string]string{
		`{"webhook": "ITEM.EROR"}`:              `there is no webhook "ITEM.EROR"; did you mean ITEM.ERROR?`,
		`[]`:                                    `the body must be a JSON object: {"webhook": "ITEM.ERROR", "item": "alice"}`,
		`{"webhook": "ITEM.ERROR", "url": "x"}`: `unknown field "url"`,
		`{"webhook": "ITEM.ERROR"}`:             "world default has no Item; link one first",
	} {
		require.Contains(t, c.bad(400, "TWEED_BAD_REQUEST", "POST", "webhooks", body), want)
	}
}
